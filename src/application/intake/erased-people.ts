import type { ChannelEvent } from '#application/intake/channel-event.ts'
import type { InboxEvent } from '#application/intake/inbox-event.ts'
import type { IntakeEntry } from '#application/ports/intake.ts'
import type { PersonMarks } from '#application/ports/person-marks.ts'
import type { Tx } from '#application/ports/unit-of-work.ts'
import type { InboxId } from '#domain/shared/ids.ts'
import type { Instant } from '#domain/shared/instant.ts'

/** When someone was erased; undefined where they were not. */
type ErasedAt = (inboxId: InboxId, sourceId: string) => Instant | undefined

const lookUp = async (tx: Tx, all: readonly (readonly [InboxId, string])[], personMarks: PersonMarks): Promise<ErasedAt> => {
  const inboxIds = await tx.erasures.inboxesWithErased([...new Set(all.map(([inboxId]) => inboxId))])
  if (inboxIds.length === 0) return () => undefined
  const makeMark = await personMarks.open(tx)
  const people = all.filter(([inboxId]) => inboxIds.includes(inboxId))
  const marks = new Map<string, string>()
  for (const [inboxId, sourceId] of people) {
    const key = `${inboxId} ${sourceId}`
    if (!marks.has(key)) marks.set(key, await makeMark({ inboxId, sourceId }))
  }
  const found = await tx.erasures.erasedAt(inboxIds, [...marks.values()])
  return (inboxId, sourceId) => found.get(marks.get(`${inboxId} ${sourceId}`) ?? '')
}

/** What stands for a conversation of which a part may not be kept. */
const partly = new TextEncoder().encode(JSON.stringify({ left_out: 'what an erased contact wrote, or was written, before the erasure' }))

const externalIdOf = ({ payload }: ChannelEvent): string | undefined => ('externalId' in payload ? payload.externalId : undefined)

/** Nothing of before, nor what is about it. */
const after = (events: readonly ChannelEvent[], at: Instant): readonly ChannelEvent[] => {
  const isMessage = ({ kind }: ChannelEvent): boolean => kind === 'message-received' || kind === 'message-echoed'
  const gone = new Set(events.filter((event) => isMessage(event) && event.occurredAt <= at).map(externalIdOf))
  return events.filter((event) => !gone.has(externalIdOf(event)))
}

/**
 * Of conversations that were read at a provider nothing that an erased person wrote, or was written, before the erasure. Where nobody is
 * erased until the transaction ends, nothing of it is missed.
 */
export const leaveOutErased = async (
  tx: Tx,
  inboxId: InboxId,
  entries: readonly IntakeEntry[],
  personMarks: PersonMarks,
): Promise<readonly IntakeEntry[]> => {
  if (entries.length === 0) return entries
  const people = entries.flatMap(({ events }) => events.map(({ contactKey }) => [inboxId, contactKey] as const))
  const erasedAt = await lookUp(tx, people, personMarks)
  return entries.flatMap((entry): readonly IntakeEntry[] => {
    const at = erasedAt(inboxId, entry.events[0]?.contactKey ?? '')
    if (at === undefined) return [entry]
    const events = after(entry.events, at)
    return events.length === 0 ? [] : [{ ...entry, events, body: partly }]
  })
}

/** Echoes of what was sent to people before they were erased: those alone would make somebody new of them. */
export const lateEchoes = async (tx: Tx, events: readonly InboxEvent[], personMarks: PersonMarks): Promise<ReadonlySet<InboxEvent>> => {
  const echoes = events.filter(({ kind }) => kind === 'message-echoed')
  if (echoes.length === 0) return new Set()
  const erasedAt = await lookUp(
    tx,
    echoes.map(({ inbox, contactKey }) => [inbox.inboxId, contactKey] as const),
    personMarks,
  )
  return new Set(echoes.filter((echo) => echo.occurredAt <= (erasedAt(echo.inbox.inboxId, echo.contactKey) ?? Number.NEGATIVE_INFINITY)))
}
