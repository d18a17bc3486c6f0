import type { Typing } from '#application/ports/typing.ts'
import type { FakeState } from './state.ts'

export const fakeTyping = (state: FakeState): Typing => ({
  async last(accountId, conversationId) {
    const row = state.typingNotices.get(conversationId)
    return row?.accountId === accountId ? { isOn: row.isOn, at: row.at } : undefined
  },

  async save(accountId, conversationId, notice) {
    if (state.conversations.get(conversationId)?.accountId !== accountId) return
    state.typingNotices.set(conversationId, { ...notice, accountId })
  },
})
