import type { GapFills } from '#application/ports/gap-fills.ts'
import { maySend } from '#domain/inbox/connection.ts'
import { fakeInboxes } from './inboxes.ts'
import { change, existing, type FakeState, type GapFillRow } from './state.ts'

const fresh = {
  filledUntil: null,
  pass: null,
  failures: 0,
  error: null,
  claimedUntil: null,
  lookedAt: null,
  lastMissed: 0,
  lastMissedAt: null,
}

const isFree = ({ claimedUntil }: GapFillRow, now: number): boolean => claimedUntil === null || claimedUntil <= now

export const fakeGapFills = (state: FakeState): GapFills => ({
  async ask({ accountId, inboxId }, at) {
    if (state.inboxes.get(inboxId)?.accountId !== accountId) return
    state.gapFills.set(inboxId, { accountId, ...fresh, ...state.gapFills.get(inboxId), dueAt: at, failures: 0 })
  },

  async due(kinds, now, limit, after) {
    return [...state.gapFills]
      .filter(([inboxId, row]) => {
        const { channel, state: standing } = existing(state.connections, inboxId, 'connection')
        return row.dueAt <= now && isFree(row, now) && maySend(standing) && kinds.includes(channel)
      })
      .map(([inboxId, { accountId, dueAt }]) => ({ accountId, inboxId, dueAt }))
      .toSorted((a, b) => a.dueAt - b.dueAt || a.inboxId - b.inboxId)
      .filter((due) => !after || due.dueAt > after.dueAt || (due.dueAt === after.dueAt && due.inboxId > after.inboxId))
      .slice(0, limit)
  },

  async claim({ accountId, inboxId }, now, until) {
    const row = state.gapFills.get(inboxId)
    const inbox = await fakeInboxes(state).find(accountId, inboxId)
    if (!row || !inbox || !state.credentials.has(inboxId) || row.dueAt > now || !isFree(row, now) || !maySend(inbox.state)) return undefined
    change(state.gapFills, inboxId, { claimedUntil: until })
    const { dueAt, filledUntil, pass, failures } = row
    const { alternateKey } = existing(state.connections, inboxId, 'connection')
    return { fill: { dueAt, filledUntil, pass, failures }, until, inbox, alternateKey }
  },

  async hold() {},

  async save({ inbox: { inboxId }, until, fill: before }, { dueAt, ...fill }, { ended, error }) {
    const row = state.gapFills.get(inboxId)
    if (row?.claimedUntil !== until) return
    const due = row.dueAt === before.dueAt ? { dueAt } : {}
    const looked = ended ? { lookedAt: ended.at } : {}
    const missed = ended && ended.missed > 0 ? { lastMissed: ended.missed, lastMissedAt: ended.at } : {}
    change(state.gapFills, inboxId, { ...fill, ...due, ...looked, ...missed, error, claimedUntil: null })
  },
})
