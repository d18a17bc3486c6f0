import type { Json } from '#application/intake/channel-event.ts'
import type { CommentView } from '#application/ports/comments.ts'
import type { IntakeEventView, Queries } from '#application/ports/queries.ts'
import { pageOf } from './paging.ts'
import type { FakeState, IntakeRow } from './state.ts'

const viewOf = (id: number, { event, receivedAt, state, reason, attempts }: IntakeRow): IntakeEventView => {
  const { channel, accountKey, kind, occurredAt } = event
  return { id, channel, accountKey, kind, state, reason, attempts, occurredAt, receivedAt }
}

const commentsIn = ({ inboxes, connections, events, parts }: FakeState, accountId: number, inboxId: number): CommentView[] => {
  const connection = connections.get(inboxId)
  if (inboxes.get(inboxId)?.accountId !== accountId || !connection || connection.state === 'disconnected') return []
  const found: CommentView[] = []
  for (const { event } of events.values()) {
    const { channel, accountKey, contactKey, occurredAt } = event
    if (event.kind !== 'comment-received' || channel !== connection.channel || accountKey !== connection.channelKey) continue
    const { raw: _, externalId: id, ...said } = event.payload
    if (id === '' || contactKey === '' || contactKey === accountKey) continue
    const isAnswered = [...parts.values()].some((part) => part.inboxId === inboxId && part.payload?.comment?.id === id)
    found.push({ id, contactKey, ...said, occurredAt, isAnswered })
  }
  return found.toReversed().toSorted((a, b) => b.occurredAt - a.occurredAt)
}

export const fakeIntakeQueries = (
  state: () => FakeState,
): Pick<Queries, 'comments' | 'intakeEvents' | 'intakeEvent' | 'intakeCounts' | 'intakeBacklog'> => ({
  async comments(accountId, inboxId, page) {
    const all = pageOf(commentsIn(state(), accountId, inboxId), page, 25)
    return [...new Map(all.map((comment) => [comment.id, comment])).values()]
  },

  async intakeEvents({ state: wanted, since, until, page }) {
    const all = [...state().events].map(([id, row]) => viewOf(id, row)).toReversed()
    const found = all.filter(
      (event) =>
        (wanted === undefined || event.state === wanted) &&
        event.receivedAt >= (since ?? 0) &&
        event.receivedAt < (until ?? Number.MAX_VALUE),
    )
    return { count: found.length, page: pageOf(found, page, 25) }
  },

  async intakeEvent(id) {
    const row = state().events.get(id)
    if (row === undefined) return undefined
    const payload: Json = JSON.parse(JSON.stringify(row.event.payload))
    return { ...viewOf(id, row), payload, body: state().bodies.get(row.bodyId)?.bytes ?? null }
  },

  async intakeCounts() {
    const open = [...state().events.values()].filter((row) => row.state !== 'done')
    const groups = Map.groupBy(open, (row) => JSON.stringify([row.state, row.reason]))
    const counts = [...groups.values()].flatMap(([first, ...others]) =>
      first ? [{ state: first.state, reason: first.reason, count: 1 + others.length }] : [],
    )
    const unread = state().arrivals.size
    return unread === 0 ? counts : [...counts, { state: 'pending', reason: 'unread', count: unread }]
  },

  async intakeBacklog(now) {
    const { events, arrivals } = state()
    const waiting = [...[...events.values()].filter((row) => row.state === 'pending'), ...arrivals.values()]
    const oldest = Math.min(...waiting.map(({ receivedAt }) => receivedAt))
    return { pending: waiting.length, oldestMs: waiting.length === 0 ? 0 : Math.max(0, now - oldest) }
  },
})
