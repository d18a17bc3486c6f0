import type { OpenAccess } from '#application/inboxes/open-access.ts'
import { askPassage, reportCall } from '#application/inboxes/provider-gates.ts'
import type { ReportRefusal } from '#application/inboxes/report-refusal.ts'
import { type JobOutcome, jobDone, jobRetry } from '#application/job-outcome.ts'
import type { JobPayloads } from '#application/jobs.ts'
import type { Channels } from '#application/ports/channel.ts'
import type { Clock } from '#application/ports/clock.ts'
import type { Tx, UnitOfWork } from '#application/ports/unit-of-work.ts'
import { displayName, type Profile, placeholderName } from '#domain/contact/contact.ts'
import { maySend } from '#domain/inbox/connection.ts'
import type { Instant } from '#domain/shared/instant.ts'
import { ok } from '#domain/shared/result.ts'

/** Asks the provider who a contact is. Whatever it answers, the contact stays; a placeholder name stays until a better one is known. */
export type FetchProfile = (payload: JobPayloads['fetch-profile']) => Promise<JobOutcome>

interface Dependencies {
  readonly channels: Channels
  readonly unitOfWork: UnitOfWork
  readonly openAccess: OpenAccess
  readonly reportRefusal: ReportRefusal
  readonly clock: Clock
}

const save = async (tx: Tx, payload: JobPayloads['fetch-profile'], label: string, profile: Profile | undefined, at: Instant) => {
  const someone = await tx.contacts.contactInbox(payload.accountId, payload.contactInboxId)
  if (!someone) return
  const placeholder = placeholderName(label, someone.sourceId)
  const name = profile && someone.name === placeholder ? displayName(profile, placeholder) : someone.name
  await tx.contacts.saveProfile(someone, { knowledge: profile ? 'known' : 'withheld', name, ...(profile ? { profile } : {}), at })
}

export const createFetchProfile =
  ({ channels, unitOfWork, openAccess, reportRefusal, clock }: Dependencies): FetchProfile =>
  async (payload) => {
    const access = await openAccess(payload.accountId, payload.inboxId)
    const channel = access && channels.get(access.inbox.channel)
    if (!access || !channel?.fetchProfile || !maySend(access.inbox.state)) return jobDone
    const asked = await unitOfWork.run(async (tx) => {
      const someone = await tx.contacts.contactInbox(payload.accountId, payload.contactInboxId)
      return ok(someone && { someone, passage: await askPassage(tx, access.inbox, clock.now()) })
    })
    if (!asked.ok || !asked.value) return jobDone
    const { someone, passage } = asked.value
    if (passage.may === 'wait') return { done: false, reason: 'provider.shut', retryAfter: passage.until - clock.now() }
    const found = await channel.fetchProfile(access, someone.sourceId)
    await unitOfWork.run(async (tx) => {
      await reportCall(tx, access.inbox, passage, found.ok ? ok({}) : found, clock.now())
      if (found.ok) await save(tx, payload, channel.label, found.value, clock.now())
      else if (found.error.code === 'channel.rejected') await save(tx, payload, channel.label, undefined, clock.now())
      return ok(null)
    })
    if (found.ok) return jobDone
    await reportRefusal(access, found.error)
    return jobRetry(found.error)
  }
