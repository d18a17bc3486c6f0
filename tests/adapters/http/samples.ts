import type {
  ContactView,
  ConversationView,
  InboxView,
  IntakeEventView,
  MessageView,
  Queries,
} from '../../../src/application/ports/queries.ts'
import { hours } from '../../../src/domain/shared/instant.ts'
import { unknownPerson } from '../../support/unknown-person.ts'
import { now } from './support.ts'

export const anInbox: InboxView = {
  id: 5,
  accountId: 1,
  channel: 'instagram',
  name: 'Loft & Seed',
  lockToSingleConversation: false,
  webhookUrl: null,
  webhookGoneAt: null,
  replyHours: null,
  hmacMandatory: false,
  templates: null,
  connection: {
    channelKey: '17841400000000001',
    providerName: 'loft.and.seed',
    state: 'connected',
    webhooksSubscribed: true,
    lastEventAt: now - 5500,
    lastError: null,
    tokenExpiresAt: now + hours(24),
    lastRefreshedAt: null,
    accountType: 'Business',
    permissions: ['instagram_business_basic'],
    connectedAt: now - hours(5),
    quietSince: null,
    gapFill: { lookedAt: null, missedAt: null, missed: 0, error: null },
  },
}

export const aContact: ContactView = {
  id: 8,
  name: 'Ida Wren',
  ...unknownPerson,
  avatarUrl: 'https://cdn.test/ida.jpg',
  avatarId: 44,
  additionalAttributes: { social_instagram_user_name: 'ida' },
  lastActivityAt: null,
  createdAt: now - hours(3),
  contactInboxes: [{ id: 80, sourceId: '9007199254740993', inboxId: 5, inboxName: 'Loft & Seed', channel: 'instagram' }],
}

export const aMessage: MessageView = {
  id: 300,
  accountId: 1,
  inboxId: 5,
  conversationDisplayId: 7,
  type: 'outgoing',
  contentType: 'text',
  content: 'Three kinds.',
  private: false,
  status: 'sent',
  author: 'user',
  sender: { kind: 'user', id: 10, name: 'Ada', email: 'ada@dove.test', avatarId: null },
  inReplyTo: null,
  contentAttributes: {},
  error: null,
  createdAt: now - 1500,
  parts: [{ position: 0, kind: 'text', externalId: null, state: 'queued' }],
  attachments: [],
}

export const aConversation: ConversationView = {
  id: 70,
  displayId: 7,
  uuid: '0197a000-0000-7000-8000-000000000000',
  accountId: 1,
  inboxId: 5,
  channel: 'instagram',
  replyHours: null,
  status: 'open',
  priority: null,
  assignee: null,
  contact: aContact,
  contactInbox: { id: 80, sourceId: '9007199254740993', isProven: false },
  lastIncomingAt: now - hours(2),
  lastActivityAt: now - 1500,
  waitingSince: now - hours(2),
  firstReplyAt: null,
  snoozedUntil: null,
  agentLastSeenAt: null,
  assigneeLastSeenAt: null,
  contactLastSeenAt: null,
  additionalAttributes: {},
  customAttributes: {},
  createdAt: now - hours(2),
  unreadCount: 1,
  lastMessage: aMessage,
}

export const anIntakeEvent: IntakeEventView = {
  id: 900,
  channel: 'instagram',
  accountKey: '17841400000000001',
  kind: 'message-received',
  state: 'parked',
  reason: 'inbox.unknown',
  attempts: 1,
  occurredAt: now - 250,
  receivedAt: now,
}

/** An inbox of the account’s own software. */
export const aBridge: InboxView = {
  ...anInbox,
  id: 6,
  channel: 'api',
  webhookUrl: 'https://bridge.test/in',
  connection: { ...anInbox.connection!, channelKey: 'identifier-1', providerName: 'Loft & Seed', tokenExpiresAt: null },
}

/** Account 1 with this inbox and no other. */
export const holding = (inbox: InboxView): Partial<Queries> => ({
  inboxes: async () => [inbox],
  inbox: async (accountId, id) => (accountId === 1 && id === inbox.id ? inbox : undefined),
})
