import type { Erasures, KnownAs } from '#application/ports/erasures.ts'
import type { Queries } from '#application/ports/queries.ts'
import { change, existing, type FakeState, nextId } from './state.ts'

/** The account of what belongs to none. */
const nobody = 0

const blank = {
  accountId: nobody,
  name: '',
  email: null,
  phoneNumber: null,
  identifier: null,
  avatarUrl: null,
  additionalAttributes: {},
  customAttributes: {},
}

const disown = (state: FakeState, entryIds: readonly number[]): void => {
  for (const id of entryIds)
    change(state.contactInboxes, id, { accountId: nobody, sourceId: `erased:${id}`, profileName: null, profileDueAt: null })
  for (const { id, contactInboxId } of state.conversations.values())
    if (entryIds.includes(contactInboxId)) change(state.conversations, id, { accountId: nobody })
}

const knownAsOf = (state: FakeState, entryIds: readonly number[]): KnownAs[] =>
  entryIds.flatMap((id) => {
    const entry = state.contactInboxes.get(id)
    const connection = entry && state.connections.get(entry.inboxId)
    if (!entry || !connection) return []
    const { channel, channelKey, alternateKey } = connection
    return [{ channel, accountKeys: alternateKey === null ? [channelKey] : [channelKey, alternateKey], contactKey: entry.sourceId }]
  })

const settleWaiting = (state: FakeState, knownAs: readonly KnownAs[]): void => {
  for (const [id, { event, state: stands }] of state.events) {
    const theirs = knownAs.some(
      (known) => known.channel === event.channel && known.accountKeys.includes(event.accountKey) && known.contactKey === event.contactKey,
    )
    if (stands === 'pending' && theirs) change(state.events, id, { state: 'done', reason: null, awaits: null, dueAt: null })
  }
}

const dropMessage = (state: FakeState, id: number): void => {
  state.messages.delete(id)
  for (const table of [state.parts, state.attachments]) {
    for (const [rowId, row] of table) if (row.messageId === id) table.delete(rowId)
  }
  for (const [key, row] of state.requestKeys) if (row.messageId === id) state.requestKeys.delete(key)
}

const begins = (state: FakeState): Pick<Erasures, 'begin' | 'mark' | 'inboxesWithErased' | 'erasedAt' | 'disownPeople'> => ({
  async begin(accountId, contactId, at) {
    if (state.contacts.get(contactId)?.accountId !== accountId) return undefined
    const entries = [...state.contactInboxes.values()].filter((entry) => entry.contactId === contactId).map(({ id }) => id)
    const knownAs = knownAsOf(state, entries)
    settleWaiting(state, knownAs)
    const logUntil = Math.max(0, ...state.events.keys())
    const id = nextId(state)
    const people = entries.flatMap((entryId) => {
      const { inboxId, sourceId } = existing(state.contactInboxes, entryId, 'contact inbox')
      return [{ inboxId, sourceId }]
    })
    disown(state, entries)
    change(state.contacts, contactId, blank)
    state.contactErasures.set(id, { id, accountId, contactId, knownAs, logUntil, logRead: 0, requestedAt: at, completedAt: null })
    return { id, people }
  },

  async mark(people) {
    for (const { inboxId, mark, at } of people) {
      const key = `${inboxId} ${mark}`
      state.erasedPeople.set(key, { inboxId, mark, at: Math.max(at, state.erasedPeople.get(key)?.at ?? at) })
    }
  },

  async inboxesWithErased(inboxIds) {
    const known = new Set([...state.erasedPeople.values()].map(({ inboxId }) => inboxId))
    return inboxIds.filter((id) => known.has(id)).toSorted((a, b) => a - b)
  },

  async erasedAt(inboxIds, marks) {
    const found = [...state.erasedPeople.values()].filter(({ inboxId, mark }) => inboxIds.includes(inboxId) && marks.includes(mark))
    return new Map(found.map(({ mark, at }) => [mark, at]))
  },

  async disownPeople(accountId, inboxId, limit) {
    const theirs = [...state.contactInboxes.values()]
      .filter((entry) => entry.accountId === accountId && entry.inboxId === inboxId)
      .slice(0, limit)
    disown(
      state,
      theirs.map(({ id }) => id),
    )
    for (const { contactId } of theirs) {
      const known = [...state.contactInboxes.values()].some((entry) => entry.contactId === contactId && entry.accountId !== nobody)
      if (!known) change(state.contacts, contactId, blank)
    }
    return theirs.length
  },
})

export const fakeErasures = (state: FakeState): Erasures => ({
  ...begins(state),

  async waiting(id) {
    const found = state.contactErasures.get(id)
    if (!found || found.completedAt !== null) return undefined
    const { requestedAt: _, completedAt: __, ...erasure } = found
    return erasure
  },

  async noteRead(id, logRead) {
    change(state.contactErasures, id, { logRead })
  },

  async forgetWho(id) {
    change(state.contactErasures, id, { knownAs: [] })
  },

  async complete(id, at) {
    const found = state.contactErasures.get(id)
    if (found && found.knownAs.length > 0) throw new Error('It is not forgotten yet.')
    if (found?.completedAt === null) change(state.contactErasures, id, { completedAt: at })
  },

  async disownedMessages(limit) {
    const theirs = [...state.messages.values()].filter(
      ({ conversationId }) => state.conversations.get(conversationId)?.accountId === nobody,
    )
    return theirs.slice(0, limit).map(({ id, accountId }) => {
      const attached = [...state.attachments.values()].filter(({ messageId }) => messageId === id)
      return { id, files: attached.map((attachment) => ({ accountId, kind: 'attachments' as const, id: attachment.id })) }
    })
  },

  async deleteMessages(ids) {
    for (const id of ids) dropMessage(state, id)
  },

  async disownedPictures(limit) {
    const theirs = [...state.avatars.values()].filter(({ contactId }) => state.contacts.get(contactId)?.accountId === nobody)
    return theirs.slice(0, limit).map(({ id, accountId }) => ({ accountId, kind: 'avatars' as const, id }))
  },

  async deletePictures(ids) {
    for (const id of ids) state.avatars.delete(id)
  },

  async deleteDisowned(limit) {
    const isTheirs = (id: number): boolean =>
      state.conversations.get(state.webhookDeliveries.get(id)?.conversationId ?? 0)?.accountId === nobody
    const told = [...state.businessEvents.keys()].filter(isTheirs).slice(0, limit)
    for (const id of told) {
      state.businessEvents.delete(id)
      state.webhookDeliveries.delete(id)
    }
    if (told.length > 0) return told.length
    let count = 0
    for (const table of [state.conversations, state.contactInboxes, state.contacts]) {
      const gone = [...table].filter(([, row]) => row.accountId === nobody).slice(0, limit)
      for (const [id] of gone) table.delete(id)
      count += gone.length
    }
    return count
  },
})

export const fakeErasureQueries = (state: () => FakeState): Pick<Queries, 'contactErasure'> => ({
  async contactErasure(accountId, contactId) {
    const found = [...state().contactErasures.values()].find((each) => each.accountId === accountId && each.contactId === contactId)
    return found && { requestedAt: found.requestedAt, completedAt: found.completedAt }
  },
})
