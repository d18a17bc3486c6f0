import type { ContactInbox, Contacts, WantedContact } from '#application/ports/contacts.ts'
import { change, existing, type FakeState, nextId } from './state.ts'

const withContact = (state: FakeState, row: Omit<ContactInbox, 'name' | 'blocked'>): ContactInbox => {
  const { name, blocked } = existing(state.contacts, row.contactId, 'contact')
  return { ...row, name, blocked }
}

const unknownPerson = {
  email: null,
  phoneNumber: null,
  identifier: null,
  blocked: false,
  avatarUrl: null,
  additionalAttributes: {},
  customAttributes: {},
  lastActivityAt: null,
}

const add = (state: FakeState, { accountId, inboxId, sourceId, name, at }: WantedContact): void => {
  const contactId = nextId(state)
  const id = nextId(state)
  state.contacts.set(contactId, { id: contactId, accountId, name, createdAt: at, ...unknownPerson })
  state.contactInboxes.set(id, { id, accountId, inboxId, contactId, sourceId, profile: 'unknown', profileCheckedAt: null })
}

export const fakeContacts = (state: FakeState): Contacts => {
  const find = ({ accountId, inboxId, sourceId }: WantedContact) =>
    [...state.contactInboxes.values()].find((row) => row.accountId === accountId && row.inboxId === inboxId && row.sourceId === sourceId)

  return {
    async ensure(wanted) {
      const ours = wanted.filter(({ accountId, inboxId }) => state.inboxes.get(inboxId)?.accountId === accountId)
      for (const each of ours) if (!find(each)) add(state, each)
      const found = ours.map(find).filter((row) => row !== undefined)
      return [...new Set(found)].toSorted((a, b) => a.id - b.id).map((row) => withContact(state, row))
    },

    async contactInbox(accountId, id) {
      const row = state.contactInboxes.get(id)
      return row?.accountId === accountId ? withContact(state, row) : undefined
    },

    async noteActivity(latest) {
      for (const [id, at] of latest) {
        const { lastActivityAt = null } = state.contacts.get(id) ?? {}
        change(state.contacts, id, { lastActivityAt: Math.max(lastActivityAt ?? at, at) })
      }
    },

    async saveProfile({ accountId, id, contactId }, { knowledge, name, profile, at }) {
      if (state.contactInboxes.get(id)?.accountId !== accountId) return
      change(state.contactInboxes, id, { profile: knowledge, profileCheckedAt: at })
      const { additionalAttributes } = existing(state.contacts, contactId, 'contact')
      const attributes: typeof additionalAttributes = JSON.parse(JSON.stringify({ ...additionalAttributes, ...profile?.attributes }))
      const seen = profile && { avatarUrl: profile.pictureUrl }
      change(state.contacts, contactId, { name, additionalAttributes: attributes, ...seen })
    },
  }
}
