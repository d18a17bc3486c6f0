import { inOne } from '#application/in-one.ts'
import type { OpenAccess, OpenedAccess } from '#application/inboxes/open-access.ts'
import { askPassage, isWorthReporting, reportCall, seePassages } from '#application/inboxes/provider-gates.ts'
import type { ReportRefusal } from '#application/inboxes/report-refusal.ts'
import { type JobOutcome, jobDone, jobRetry } from '#application/job-outcome.ts'
import type { JobPayloads } from '#application/jobs.ts'
import { wantAvatars } from '#application/media/want-avatars.ts'
import type { ChannelError, Channels } from '#application/ports/channel.ts'
import type { Clock } from '#application/ports/clock.ts'
import type { ContactInbox, FoundProfile, ProfileOwner } from '#application/ports/contacts.ts'
import type { WantedAvatar } from '#application/ports/media.ts'
import type { UnitOfWork } from '#application/ports/unit-of-work.ts'
import { together } from '#application/together.ts'
import { displayName, type Profile, placeholderName, profileLife, withheldAs } from '#domain/contact/contact.ts'
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
  readonly someone: ProfileOwner
  readonly passage: Passage
}

const lookUp = (unitOfWork: UnitOfWork, clock: Clock) =>
  together(async (asked: readonly Asked[]): Promise<(Prospect | undefined)[]> => {
    const { people, passages } = await inOne(unitOfWork, async (tx) => {
      const people = await tx.contacts.profileOwners(asked.map(({ payload: { accountId, contactInboxId: id } }) => ({ accountId, id })))
      const passages = await seePassages(
        tx,
        asked.map(({ access }) => access.inbox),
        clock.now(),
      )
      return { people: new Map(people.map((someone) => [someone.id, someone])), passages }
    })
    return asked.map(({ payload }, n) => {
      const [someone, passage] = [people.get(payload.contactInboxId), passages[n]]
      return someone && passage && { someone, passage }
    })
  })

/** The pictures of people whose profiles were saved, whoever their contact is by now. */
const picturesOf = (
  saved: readonly Pick<ContactInbox, 'accountId' | 'id' | 'contactId'>[],
  found: readonly FoundProfile[],
  at: Instant,
): WantedAvatar[] => {
  const urls = new Map(found.map(({ someone, profile }) => [someone.id, profile?.pictureUrl]))
  return saved.flatMap(({ accountId, id, contactId }) => {
    const url = urls.get(id)
    return url ? [{ accountId, contactId, url, at }] : []
  })
}

const save = (unitOfWork: UnitOfWork, clock: Clock) =>
  together(async (found: readonly FoundProfile[]): Promise<null[]> => {
    await inOne(unitOfWork, async (tx) => {
      const saved = await tx.contacts.saveProfiles(found, clock.now())
      await wantAvatars(tx, picturesOf(saved, found, clock.now()))
    })
    return found.map(() => null)
  })

/** What is to be written down of an answer; nothing where it says nothing of the person. */
const foundIn = (answer: Result<Profile, ChannelError>, someone: ProfileOwner, label: string, now: Instant): FoundProfile | undefined => {
  if (answer.ok) {
    const placeholder = placeholderName(label, someone.sourceId)
    const names = { told: displayName(answer.value, placeholder), placeholder }
    return { someone, knowledge: 'known', profile: answer.value, names, dueAt: now + profileLife }
  }
  return answer.error.code === 'channel.rejected' ? { someone, knowledge: withheldAs(someone.hasWritten), dueAt: null } : undefined
}

export const createFetchProfile = ({ channels, unitOfWork, openAccess, reportRefusal, clock }: Dependencies): FetchProfile => {
  const lookUpTogether = lookUp(unitOfWork, clock)
  const saveTogether = save(unitOfWork, clock)

  /** Where only one may try whether the way is open again, we ask to be that one. */
  const passageFor = async (access: OpenedAccess, seen: Passage): Promise<Passage> =>
    seen.may === 'probe' ? inOne(unitOfWork, (tx) => askPassage(tx, access.inbox, clock.now())) : seen

  const report = async ({ inbox }: OpenedAccess, passage: Passage, found: Result<Profile, ChannelError>): Promise<void> => {
    const answer = found.ok ? ok({}) : found
    if (!isWorthReporting(passage, answer)) return
    await inOne(unitOfWork, (tx) => reportCall(tx, inbox, passage, answer, clock.now()))
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
    const news = foundIn(found, prospect.someone, channel.label, clock.now())
    if (news) await saveTogether(news)
    if (found.ok) return jobDone
    await reportRefusal(access, found.error)
    return jobRetry(found.error)
  }
}
