import type { Messages, Part } from '#application/ports/messages.ts'
import { change, existing, type FakeState } from './state.ts'

/** The unique constraint on external ids. */
export const refuseTaken = (state: FakeState, inboxId: number, externalId: string | null, but?: number): void => {
  if (externalId === null) return
  const taken = [...state.parts.values()].some((part) => part.inboxId === inboxId && part.externalId === externalId && part.id !== but)
  if (taken) throw new Error(`The external id ${externalId} is taken.`)
}

const unsettledStates: readonly Part['state'][] = ['queued', 'sending', 'uncertain', 'held']

const inOrder = (a: Part, b: Part): number => a.messageId - b.messageId || a.position - b.position

const toPart = ({ error: _, ...part }: Part & { readonly error: unknown }): Part => part

export const fakeParts = (
  state: FakeState,
): Pick<Messages, 'parts' | 'unsettled' | 'unsettledOf' | 'conversationsDue' | 'savePart' | 'release'> => {
  const all = (): Part[] => [...state.parts.values()].map(toPart).toSorted(inOrder)
  const unsettled = (): Part[] => all().filter((part) => unsettledStates.includes(part.state))
  const conversationsOf = (parts: readonly Part[]) =>
    [...new Set(parts.map(({ conversationId }) => conversationId))]
      .toSorted((a, b) => a - b)
      .map((conversationId) => {
        const { accountId, inboxId } = existing(state.conversations, conversationId, 'conversation')
        return { accountId, inboxId, conversationId }
      })

  return {
    async parts(messageId) {
      return all().filter((part) => part.messageId === messageId)
    },

    async unsettled(conversationIds) {
      return unsettled().filter((part) => conversationIds.includes(part.conversationId))
    },

    async unsettledOf(contactInboxIds) {
      return unsettled()
        .map((part) => ({ ...part, contactInboxId: existing(state.conversations, part.conversationId, 'conversation').contactInboxId }))
        .filter(({ contactInboxId }) => contactInboxIds.includes(contactInboxId))
    },

    async conversationsDue({ dueBy, claimedBy }, after, limit) {
      const isDue = ({ state: standing, dueAt, claimedAt }: Part): boolean => {
        if (standing === 'sending') return (claimedAt ?? claimedBy) <= claimedBy
        return dueAt === null ? standing === 'queued' : dueAt <= dueBy
      }
      return conversationsOf(unsettled().filter((part) => isDue(part) && part.conversationId > after)).slice(0, limit)
    },

    async savePart({ id, inboxId, content, externalId, state: standing, attempts, dueAt, claimedAt }, error) {
      refuseTaken(state, inboxId, externalId, id)
      change(state.parts, id, { content, externalId, state: standing, attempts, dueAt, claimedAt, error })
    },

    async release(of) {
      const theirs = ({ inboxId }: Part): boolean =>
        'inboxId' in of ? inboxId === of.inboxId : existing(state.inboxes, inboxId, 'inbox').channel === of.channel
      const waits = (part: Part): boolean => part.state === 'held' || (part.state === 'queued' && part.dueAt !== null)
      const released = all().filter((part) => waits(part) && theirs(part))
      for (const { id } of released) change(state.parts, id, { state: 'queued', dueAt: null, claimedAt: null, error: null })
      return conversationsOf(released)
    },
  }
}
