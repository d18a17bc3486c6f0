import type { Events } from '#application/ports/events.ts'
import { existing, type FakeState, nextId } from './state.ts'

export const fakeEvents = (state: FakeState): Events => ({
  async append(events) {
    for (const event of events) {
      existing(state.accounts, event.accountId, 'account')
      state.businessEvents.set(nextId(state), event)
    }
  },

  async prune(before, limit) {
    const old = [...state.businessEvents].filter(([, { at }]) => at < before).slice(0, limit)
    for (const [id] of old) state.businessEvents.delete(id)
    return old.length
  },
})
