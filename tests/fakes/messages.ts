import { storableJson } from '#adapters/postgres/storable.ts'
import type { Message, Messages, NewMessage, Part } from '#application/ports/messages.ts'
import { newMedia, storedAlready } from '#domain/media/media.ts'
import { fakeParts, refuseTaken, toMessage } from './parts.ts'
import { change, existing, type FakeState, nextId } from './state.ts'

/** As PostgreSQL gives back what it was given: without what its text cannot hold. */
export const stored = <Value>(value: Value): Value => JSON.parse(storableJson(value))

const refuseAnswered = (state: FakeState, inboxId: number, commentId: string | undefined): void => {
  const isAnswer = (part: Part): boolean => part.inboxId === inboxId && part.payload?.comment?.id === commentId
  if (commentId !== undefined && [...state.parts.values()].some(isAnswer)) throw new Error(`Comment ${commentId} is answered.`)
}

const insert = (state: FakeState, { parts, attachments, ...message }: NewMessage): number => {
  const { accountId, inboxId, conversationId } = message
  existing(state.conversations, conversationId, 'conversation')
  const messageId = nextId(state)
  state.messages.set(messageId, { ...message, id: messageId, error: null })
  for (const [position, part] of parts.entries()) {
    const id = nextId(state)
    const unsent = { attempts: 0, dueAt: null, claimedAt: null, error: null }
    refuseTaken(state, inboxId, part.externalId)
    refuseAnswered(state, inboxId, part.payload?.comment?.id)
    state.parts.set(id, { ...part, payload: part.payload ?? null, ...unsent, id, messageId, conversationId, inboxId, position })
  }
  for (const { kept, ...attachment } of attachments) {
    const begun = kept ? storedAlready : newMedia(attachment.fileType, attachment.externalUrl, message.createdAt)
    const { state: mediaState, attempts, dueAt } = begun
    const file = kept ?? { id: nextId(state), contentType: null, size: null, digest: null }
    state.attachments.set(file.id, { ...attachment, ...file, messageId, accountId, mediaState, attempts, dueAt })
  }
  return messageId
}

const remove = (state: FakeState, messageId: number): void => {
  for (const part of state.parts.values()) if (part.messageId === messageId) state.parts.delete(part.id)
  for (const attachment of state.attachments.values()) if (attachment.messageId === messageId) state.attachments.delete(attachment.id)
  state.messages.delete(messageId)
}

const left = (state: FakeState, messageId: number): boolean =>
  [...state.parts.values()].every((part) => part.messageId !== messageId || part.state === 'accepted' || part.state === 'received')

const isUpTo = (message: Message, upTo: { readonly createdAt: number; readonly id: number }): boolean =>
  message.createdAt < upTo.createdAt || (message.createdAt === upTo.createdAt && message.id <= upTo.id)

export const fakeMessages = (state: FakeState): Messages => ({
  ...fakeParts(state),

  async insert(messages) {
    return messages.map((message) => insert(state, stored(message)))
  },

  async byExternalIds(refs) {
    const asked = (part: { readonly inboxId: number; readonly externalId: string | null }): boolean =>
      refs.some((ref) => ref.inboxId === part.inboxId && ref.externalId === part.externalId)
    const parts = [...state.parts.values()].filter(asked).toSorted((a, b) => a.messageId - b.messageId || a.position - b.position)
    return parts.map(({ messageId, externalId }) => ({
      ...toMessage(existing(state.messages, messageId, 'message')),
      externalId: externalId ?? '',
    }))
  },

  async known(refs) {
    return [...state.parts.values()].flatMap(({ inboxId, externalId, messageId }) => {
      if (externalId === null || !refs.some((ref) => ref.inboxId === inboxId && ref.externalId === externalId)) return []
      const { contentAttributes, createdAt } = existing(state.messages, messageId, 'message')
      return [{ externalId, contentAttributes, createdAt }]
    })
  },

  async saidIn(conversationIds) {
    const latest = (times: number[]) => (times.length === 0 ? null : Math.max(...times))
    const saidIn = (id: number) => {
      const all = [...state.messages.values()].filter(({ conversationId }) => conversationId === id)
      const outgoing = all.filter(({ type }) => type === 'outgoing')
      const answers = outgoing.filter((message) => !message.private)
      const templates = all.filter(({ type }) => type === 'template')
      const [lastAnswerAt, lastTemplateAt] = [answers, templates].map((some) => latest(some.map(({ createdAt }) => createdAt)))
      return { hasOutgoing: outgoing.length > 0, lastAnswerAt: lastAnswerAt ?? null, lastTemplateAt: lastTemplateAt ?? null }
    }
    return new Map(conversationIds.map((id) => [id, saidIn(id)]))
  },

  async byId(accountId, id) {
    const row = state.messages.get(id)
    return row?.accountId === accountId ? toMessage(row) : undefined
  },

  async save(messages) {
    for (const { id, accountId, ...message } of messages.map(stored)) {
      if (state.messages.get(id)?.accountId !== accountId) continue
      const { content, status, contentAttributes, error } = message
      change(state.messages, id, { content, status, contentAttributes, error })
    }
  },

  async removeAttachments(messageId) {
    const gone = [...state.attachments.values()].filter((attachment) => attachment.messageId === messageId).map(({ id }) => id)
    for (const id of gone) state.attachments.delete(id)
    return gone
  },

  async remove(messageId) {
    remove(state, messageId)
  },

  async liftUpTo(upTo, from, to) {
    const lifted = [...state.messages.values()].filter(
      (message) =>
        message.accountId === upTo.accountId &&
        message.conversationId === upTo.conversationId &&
        (message.type === 'outgoing' || message.type === 'template') &&
        !message.private &&
        from.includes(message.status) &&
        isUpTo(message, upTo) &&
        left(state, message.id),
    )
    for (const { id } of lifted) change(state.messages, id, { status: to })
    return lifted.toSorted((a, b) => a.createdAt - b.createdAt || a.id - b.id).map(({ id }) => id)
  },
})
