import type { OpenAccess, OpenedAccess } from '#application/inboxes/open-access.ts'
import { askPassage, isWorthReporting, reportCall, seePassages } from '#application/inboxes/provider-gates.ts'
import type { ReportRefusal } from '#application/inboxes/report-refusal.ts'
import { type JobOutcome, jobDone, jobRetry } from '#application/job-outcome.ts'
import type { JobPayloads } from '#application/jobs.ts'
import { wantAvatars } from '#application/media/want-avatars.ts'
import type { ChannelError, Channels } from '#application/ports/channel.ts'
import type { Clock } from '#application/ports/clock.ts'
import type { ContactInbox } from '#application/ports/contacts.ts'
import type { WantedAvatar } from '#application/ports/media.ts'
import type { UnitOfWork } from '#application/ports/unit-of-work.ts'
import { together } from '#application/together.ts'
import { displayName, type Profile, placeholderName } from '#domain/contact/contact.ts'
import { maySend } from '#domain/inbox/connection.ts'
import type { Passage } from '#domain/inbox/gate.ts'
import type { Instant } from '#domain/shared/instant.ts'
import { ok, type Result } from '#domain/shared/result.ts'

/** Asks the provider who a contact is. Whatever it answers, the contact stays; a placeholder name stays until a better one is known. */
export type FetchProfile = (payload: JobPayloads['fetch-profile']) => Promise<JobOutcome>

interface Dependencies {
  readonly channels: Channels
  readonly unitOfWork: UnitOfWork
  readonly openAccess: OpenAccess
  readonly reportRefusal: ReportRefusal
  readonly clock: Clock
}

interface Asked {
  readonly payload: JobPayloads['fetch-profile']
  readonly access: OpenedAccess
}

/** Who is asked for, and whether the provider may be asked now. */
interface Prospect {
  readonly someone: ContactInbox
  readonly passage: Passage
}

/** What the provider told; `profile` is undefined where it told nothing of them. */
interface Told {
  readonly payload: JobPayloads['fetch-profile']
  readonly label: string
  readonly profile: Profile | undefined
}

const lookUp = (unitOfWork: UnitOfWork, clock: Clock) =>
  together(async (asked: readonly Asked[]): Promise<(Prospect | undefined)[]> => {
    const found = await unitOfWork.run(async (tx) => {
      const people = await tx.contacts.contactInboxes(asked.map(({ payload: { accountId, contactInboxId: id } }) => ({ accountId, id })))
      const passages = await seePassages(
        tx,
        asked.map(({ access }) => access.inbox),
        clock.now(),
      )
      return ok({ people: new Map(people.map((someone) => [someone.id, someone])), passages })
    })
    return asked.map(({ payload }, n) => {
      const [someone, passage] = found.ok ? [found.value.people.get(payload.contactInboxId), found.value.passages[n]] : []
      return someone && passage && { someone, passage }
    })
  })

const pictureOf = ({ accountId, contactId }: ContactInbox, profile: Profile | undefined, at: Instant): WantedAvatar[] =>
  profile?.pictureUrl ? [{ accountId, contactId, url: profile.pictureUrl, at }] : []

const save = (unitOfWork: UnitOfWork, clock: Clock) =>
  together(async (told: readonly Told[]): Promise<null[]> => {
    await unitOfWork.run(async (tx) => {
      const people = await tx.contacts.contactInboxes(told.map(({ payload: { accountId, contactInboxId: id } }) => ({ accountId, id })))
      const found = new Map(told.map((each) => [each.payload.contactInboxId, each]))
      await tx.contacts.saveProfiles(
        people.flatMap((someone) => {
          const each = found.get(someone.id)
          if (!each) return []
          const placeholder = placeholderName(each.label, someone.sourceId)
          const name = each.profile && someone.name === placeholder ? displayName(each.profile, placeholder) : someone.name
          return [{ someone, knowledge: each.profile ? ('known' as const) : ('withheld' as const), name, profile: each.profile }]
        }),
        clock.now(),
      )
      await wantAvatars(
        tx,
        people.flatMap((someone) => pictureOf(someone, found.get(someone.id)?.profile, clock.now())),
      )
      return ok(null)
    })
    return told.map(() => null)
  })

export const createFetchProfile = ({ channels, unitOfWork, openAccess, reportRefusal, clock }: Dependencies): FetchProfile => {
  const lookUpTogether = lookUp(unitOfWork, clock)
  const saveTogether = save(unitOfWork, clock)

  /** Where only one may try whether the way is open again, we ask to be that one. */
  const passageFor = async (access: OpenedAccess, seen: Passage): Promise<Passage> => {
    if (seen.may !== 'probe') return seen
    const asked = await unitOfWork.run(async (tx) => ok(await askPassage(tx, access.inbox, clock.now())))
    return asked.ok ? asked.value : seen
  }

  const report = async ({ inbox }: OpenedAccess, passage: Passage, found: Result<Profile, ChannelError>): Promise<void> => {
    const answer = found.ok ? ok({}) : found
    if (!isWorthReporting(passage, answer)) return
    await unitOfWork.run(async (tx) => ok(await reportCall(tx, inbox, passage, answer, clock.now())))
  }

  return async (payload) => {
    const access = await openAccess(payload.accountId, payload.inboxId)
    const channel = access && channels.get(access.inbox.channel)
    if (!access || !channel?.fetchProfile || !maySend(access.inbox.state)) return jobDone
    const prospect = await lookUpTogether({ payload, access })
    if (!prospect) return jobDone
    const passage = await passageFor(access, prospect.passage)
    if (passage.may === 'wait') return { done: false, reason: 'provider.shut', retryAfter: passage.until - clock.now() }
    const found = await channel.fetchProfile(access, prospect.someone.sourceId)
    await report(access, passage, found)
    if (found.ok) await saveTogether({ payload, label: channel.label, profile: found.value })
    else if (found.error.code === 'channel.rejected') await saveTogether({ payload, label: channel.label, profile: undefined })
    if (found.ok) return jobDone
    await reportRefusal(access, found.error)
    return jobRetry(found.error)
  }
}
