import { avatarLink, type LinkTo } from '#adapters/http/media-links.ts'
import { slimInboxJson } from '#adapters/http/views/inbox.ts'
import { seconds } from '#adapters/http/views/time.ts'
import type { Channels } from '#application/ports/channel.ts'
import type { ContactView } from '#application/ports/queries.ts'

/** A contact as others are shown with it. */
export const contactCoreJson = (contact: Omit<ContactView, 'contactInboxes'>, link: LinkTo) => ({
  id: contact.id,
  name: contact.name,
  email: contact.email,
  phone_number: contact.phoneNumber,
  identifier: contact.identifier,
  blocked: contact.blocked,
  thumbnail: avatarLink(link, contact.avatarId),
  availability_status: 'offline',
  additional_attributes: contact.additionalAttributes,
  custom_attributes: contact.customAttributes,
  created_at: seconds(contact.createdAt),
  ...(contact.lastActivityAt === null ? {} : { last_activity_at: seconds(contact.lastActivityAt) }),
})

type Entry = ContactView['contactInboxes'][number]

export const contactInboxJson = ({ sourceId, inboxId, inboxName, channel }: Entry, channels: Channels) => ({
  source_id: sourceId,
  inbox: slimInboxJson({ id: inboxId, name: inboxName, channel }, channels),
})

export const contactJson = (contact: ContactView, channels: Channels, link: LinkTo) => ({
  ...contactCoreJson(contact, link),
  contact_inboxes: contact.contactInboxes.map((entry) => contactInboxJson(entry, channels)),
})

/** Chatwoot's code answers the contact itself, its swagger a list in `payload`, without nulls: clients of both find theirs. */
export const inBothForms = <Json extends object>(contact: Json) => ({
  ...contact,
  payload: [Object.fromEntries(Object.entries(contact).filter(([, value]) => value !== null))],
})

/** A contact that was just made, with the inbox in which it is known, if it is in one. */
export const enteredJson = (contact: ContactView, channels: Channels, link: LinkTo) => {
  const [entry] = contact.contactInboxes
  return {
    contact: contactJson(contact, channels, link),
    contact_inbox: entry ? contactInboxJson(entry, channels) : { source_id: null, inbox: null },
  }
}
