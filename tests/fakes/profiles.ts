import { storableText } from '#adapters/postgres/storable.ts'
import type { Contacts } from '#application/ports/contacts.ts'
import type { JsonObject } from '#application/ports/queries.ts'
import { maySend } from '#domain/inbox/connection.ts'
import { change, existing, type FakeState } from './state.ts'

const isObject = (value: unknown): value is JsonObject => typeof value === 'object' && value !== null && !Array.isArray(value)

const withAttributes = (known: JsonObject, added: Readonly<Record<string, unknown>>): JsonObject => {
  const merged = Object.entries(added).map(([key, value]) => {
    const before = known[key]
    return [key, isObject(value) && isObject(before) ? { ...before, ...value } : value]
  })
  return JSON.parse(JSON.stringify({ ...known, ...Object.fromEntries(merged) }))
}

export const fakeProfiles = (state: FakeState): Pick<Contacts, 'profileOwners' | 'saveProfiles' | 'takeStaleProfiles'> => ({
  async profileOwners(refs) {
    return [...state.contactInboxes.values()]
      .filter((row) => refs.some(({ accountId, id }) => row.accountId === accountId && row.id === id))
      .map(({ id, accountId, sourceId, contactId }) => {
        const hasWritten = existing(state.contacts, contactId, 'contact').lastActivityAt !== null
        return { id, accountId, sourceId, hasWritten }
      })
  },

  async saveProfiles(found, at) {
    return found.flatMap(({ someone, knowledge, profile, names, dueAt }) => {
      const row = state.contactInboxes.get(someone.id)
      if (row?.accountId !== someone.accountId) return []
      const told = names && storableText(names.told)
      const profileName = told ?? row.profileName
      change(state.contactInboxes, row.id, { profile: knowledge, profileCheckedAt: at, profileDueAt: dueAt, profileName })
      const { name, avatarUrl, additionalAttributes } = existing(state.contacts, row.contactId, 'contact')
      const isOurs = name === names?.placeholder || name === row.profileName
      change(state.contacts, row.contactId, {
        name: isOurs && told !== undefined ? told : name,
        additionalAttributes: withAttributes(additionalAttributes, profile?.attributes ?? {}),
        avatarUrl: profile ? profile.pictureUrl : avatarUrl,
      })
      return [{ accountId: row.accountId, id: row.id, contactId: row.contactId }]
    })
  },

  async takeStaleProfiles({ now, again, activeSince, limit }) {
    const due = [...state.contactInboxes.values()]
      .filter(({ profileDueAt }) => profileDueAt !== null && profileDueAt <= now)
      .toSorted((a, b) => (a.profileDueAt ?? 0) - (b.profileDueAt ?? 0))
      .slice(0, limit)
    const isActive = ({ contactId, inboxId }: (typeof due)[number]): boolean => {
      const { lastActivityAt } = existing(state.contacts, contactId, 'contact')
      return (lastActivityAt ?? 0) >= activeSince && maySend(existing(state.connections, inboxId, 'connection').state)
    }
    const active = due.filter(isActive)
    for (const row of due) change(state.contactInboxes, row.id, { profileDueAt: active.includes(row) ? again : null })
    return { taken: due.length, active: active.map(({ accountId, inboxId, id }) => ({ accountId, inboxId, contactInboxId: id })) }
  },
})
