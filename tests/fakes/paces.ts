import type { PaceRef, Paces } from '#application/ports/paces.ts'
import { freshPace } from '#domain/inbox/pace.ts'
import type { FakeState } from './state.ts'

const keyOf = ({ accountId, inboxId, kind }: PaceRef): string => `${accountId} ${inboxId} ${kind}`

export const fakePaces = ({ paces, inboxes }: FakeState): Paces => ({
  lock: async (refs) => refs.map((ref) => paces.get(keyOf(ref)) ?? freshPace),
  async save(all) {
    for (const { ref, pace } of all) if (inboxes.get(ref.inboxId)?.accountId === ref.accountId) paces.set(keyOf(ref), pace)
  },
})
