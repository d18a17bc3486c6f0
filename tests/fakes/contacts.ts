import { storableText } from '#adapters/postgres/storable.ts'
import type { ContactInbox, Contacts, WantedContact } from '#application/ports/contacts.ts'
import { err, ok } from '#domain/shared/result.ts'
import { unknownPerson } from '../support/unknown-person.ts'
import { fakeContactDetails, takenBy } from './contact-details.ts'
import { fakeContactMerges } from './contact-merges.ts'
import { stored } from './messages.ts'
import { fakeProfiles } from './profiles.ts'
import { type ContactInboxRow, change, existing, type FakeState, nextId } from './state.ts'

const withContact = (state: FakeState, { profileName: _, profileDueAt: __, ...row }: ContactInboxRow): ContactInbox => {
  const { name, blocked } = existing(state.contacts, row.contactId, 'contact')
  return { ...row, name, blocked }
}

const unasked = { profile: 'unknown', profileCheckedAt: null, profileName: null, profileDueAt: null, clientAccess: null } as const

const add = (state: FakeState, { accountId, inboxId, sourceId, name, at }: WantedContact): void => {
  const contactId = nextId(state)
  const id = nextId(state)
  state.contacts.set(contactId, { id: contactId, accountId, name, createdAt: at, lastActivityAt: null, ...unknownPerson })
  state.contactInboxes.set(id, { id, accountId, inboxId, contactId, sourceId, ...unasked })
}

const byHand = (state: FakeState): Pick<Contacts, 'insert' | 'enter' | 'newestInbox'> => ({
  async insert(contact) {
    const code = takenBy(state, contact.accountId, contact)
    if (code !== undefined) return err({ code })
    const { at: createdAt, additionalAttributes, customAttributes, ...row } = stored(contact)
    const attributes = JSON.parse(JSON.stringify({ additionalAttributes, customAttributes }))
    const id = nextId(state)
    state.contacts.set(id, { ...row, ...attributes, id, lastActivityAt: null, createdAt })
    return ok(id)
  },

  async enter({ accountId, contactId, inboxId, sourceId: given, clientAccess }) {
    const sourceId = storableText(given)
    if (state.inboxes.get(inboxId)?.accountId !== accountId) return err({ code: 'contact.unknown' })
    const holder = [...state.contactInboxes.values()].find((row) => row.inboxId === inboxId && row.sourceId === sourceId)
    if (holder) return holder.contactId === contactId ? ok(withContact(state, holder)) : err({ code: 'contact.source_id_taken' })
    if (state.contacts.get(contactId)?.accountId !== accountId) return err({ code: 'contact.unknown' })
    const id = nextId(state)
    const row = { id, accountId, inboxId, contactId, sourceId, ...unasked, clientAccess }
    state.contactInboxes.set(id, row)
    return ok(withContact(state, row))
  },

  async newestInbox({ accountId, inboxId, contactId, sourceId, clientAccess }) {
    const found = [...state.contactInboxes.values()].findLast(
      (row) =>
        row.accountId === accountId &&
        (inboxId === undefined || row.inboxId === inboxId) &&
        (contactId === undefined || row.contactId === contactId) &&
        (sourceId === undefined ? row.clientAccess !== 'apart' : row.sourceId === sourceId) &&
        (clientAccess === undefined || row.clientAccess === clientAccess),
    )
    return found && withContact(state, found)
  },
})

export const fakeContacts = (state: FakeState): Contacts => {
  const find = ({ accountId, inboxId, sourceId }: WantedContact) =>
    [...state.contactInboxes.values()].find((row) => row.accountId === accountId && row.inboxId === inboxId && row.sourceId === sourceId)

  return {
    ...byHand(state),
    ...fakeProfiles(state),
    ...fakeContactMerges(state),
    ...fakeContactDetails(state),

    async ensure(wanted) {
      const ours = wanted
        .filter(({ accountId, inboxId }) => state.inboxes.get(inboxId)?.accountId === accountId)
        .map((each) => ({ ...each, sourceId: storableText(each.sourceId) }))
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
  }
}
