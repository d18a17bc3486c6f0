import type { OpenAccess } from '#application/inboxes/open-access.ts'
import type { ReportRefusal } from '#application/inboxes/report-refusal.ts'
import { type JobOutcome, jobDone, jobRetry } from '#application/job-outcome.ts'
import type { JobPayloads } from '#application/jobs.ts'
import type { Channels } from '#application/ports/channel.ts'
import type { Clock } from '#application/ports/clock.ts'
import type { UnitOfWork } from '#application/ports/unit-of-work.ts'
import { displayName, type Profile, placeholderName } from '#domain/contact/contact.ts'
import { maySend } from '#domain/inbox/connection.ts'
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

export const createFetchProfile = ({ channels, unitOfWork, openAccess, reportRefusal, clock }: Dependencies): FetchProfile => {
  const save = (payload: JobPayloads['fetch-profile'], label: string, profile: Profile | undefined) =>
    unitOfWork.run(async (tx) => {
      const someone = await tx.contacts.contactInbox(payload.accountId, payload.contactInboxId)
      if (!someone) return ok(null)
      const placeholder = placeholderName(label, someone.sourceId)
      const named = profile && someone.name === placeholder ? displayName(profile, placeholder) : someone.name
      await tx.contacts.saveProfile(someone, {
        knowledge: profile ? 'known' : 'withheld',
        name: named,
        ...(profile ? { profile } : {}),
        at: clock.now(),
      })
      return ok(null)
    })

  return async (payload) => {
    const access = await openAccess(payload.accountId, payload.inboxId)
    const channel = access && channels.get(access.inbox.channel)
    if (!access || !channel?.fetchProfile || !maySend(access.inbox.state)) return jobDone
    const someone = await unitOfWork.run(async (tx) => ok(await tx.contacts.contactInbox(payload.accountId, payload.contactInboxId)))
    if (!someone.ok || !someone.value) return jobDone
    const found = await channel.fetchProfile(access, someone.value.sourceId)
    if (found.ok) await save(payload, channel.label, found.value)
    else if (found.error.code === 'channel.rejected') await save(payload, channel.label, undefined)
    else await reportRefusal(payload.inboxId, found.error)
    return found.ok ? jobDone : jobRetry(found.error)
  }
}
