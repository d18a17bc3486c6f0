import type { Events } from '#application/ports/events.ts'
import { existing, type FakeState, nextId } from './state.ts'

/** What was told of inboxes, oldest first. */
export const inboxChanges = (events: FakeState['businessEvents']) =>
  [...events.values()].flatMap((event) => (event.name === 'inbox_updated' ? [event] : []))

export const fakeEvents = (state: FakeState): Events => ({
  async append(events) {
    for (const event of events) {
      existing(state.accounts, event.accountId, 'account')
      state.businessEvents.set(nextId(state), event)
    }
  },

  async prune(before, limit) {
    const isAwaited = (id: number): boolean => state.webhookDeliveries.get(id)?.state === 'pending'
    const old = [...state.businessEvents].filter(([id, { at }]) => at < before && !isAwaited(id)).slice(0, limit)
    for (const [id] of old) {
      state.businessEvents.delete(id)
      state.webhookDeliveries.delete(id)
    }
    return old.length
  },
})
