import type { BusinessEvent } from '#application/events.ts'
import type { ChannelEvent } from '#application/intake/channel-event.ts'
import type { Job } from '#application/jobs.ts'
import type { Role, TokenOwner } from '#application/ports/accounts.ts'
import type { ContactInbox } from '#application/ports/contacts.ts'
import type { Conversation } from '#application/ports/conversations.ts'
import type { SealedCredential } from '#application/ports/credentials.ts'
import type { NewDataDeletion } from '#application/ports/data-deletions.ts'
import type { ErasedPerson, Erasure } from '#application/ports/erasures.ts'
import type { SecretRef } from '#application/ports/inbox-secrets.ts'
import type { ChannelKey, ConnectionDetails } from '#application/ports/inboxes.ts'
import type { Arrival } from '#application/ports/intake.ts'
import type { AttachmentView } from '#application/ports/media.ts'
import type { DeliveryError, Message, Part } from '#application/ports/messages.ts'
import type { AccountView, ContactView, ConversationView, IntakeState, UserView } from '#application/ports/queries.ts'
import type { AnnouncedFile, UploadedFile } from '#application/ports/uploads.ts'
import type { DeliveryRecordState } from '#application/ports/webhooks.ts'
import type { InboxTemplates } from '#domain/conversation/templates.ts'
import type { TypingNotice } from '#domain/conversation/typing.ts'
import type { ConnectionState } from '#domain/inbox/connection.ts'
import type { GapFill } from '#domain/inbox/gap-fill.ts'
import type { Gate } from '#domain/inbox/gate.ts'
import type { Pace } from '#domain/inbox/pace.ts'
import type { Instant } from '#domain/shared/instant.ts'

/** Rows by id, in the order in which they were inserted. */
export type Table<Row> = Map<number, Row>

export interface Connection extends ChannelKey, ConnectionDetails {
  readonly state: ConnectionState
  readonly webhooksSubscribed: boolean
  readonly subscriptionCheckedAt: Instant | null
  readonly lastEventAt: Instant | null
  readonly quietSince: Instant | null
  readonly silenceLookAt: Instant | null
  readonly silenceToldAt: Instant | null
  readonly lastError: string | null
}

type SeenByPeople = Pick<
  ConversationView,
  'uuid' | 'priority' | 'snoozedUntil' | 'agentLastSeenAt' | 'assigneeLastSeenAt' | 'additionalAttributes' | 'customAttributes'
>

export interface CredentialRow extends Omit<SealedCredential, 'refreshAt'> {
  readonly accountId: number
  readonly refreshAt: Instant | null
  readonly claimedUntil: Instant | null
  readonly lastRefreshedAt: Instant | null
  readonly refreshError: string | null
}

export interface IntakeRow {
  readonly event: ChannelEvent
  readonly bodyId: number
  readonly receivedAt: Instant
  readonly state: IntakeState
  readonly reason: string | null
  readonly awaits: string | null
  readonly attempts: number
  readonly dueAt: Instant | null
}

export interface ContactInboxRow extends Omit<ContactInbox, 'name' | 'blocked'> {
  readonly profileName: string | null
  readonly profileDueAt: Instant | null
}

export interface GapFillRow extends GapFill {
  readonly accountId: number
  readonly error: string | null
  readonly claimedUntil: Instant | null
  readonly lookedAt: Instant | null
  readonly lastMissed: number
  readonly lastMissedAt: Instant | null
}

export interface RequestKeyRow {
  readonly digest: string
  readonly messageId: number | null
  readonly answer: string | null
  readonly at: Instant
}

export interface WebhookRow {
  readonly id: string
  readonly accountId: number
  readonly inboxId: number
  readonly conversationId: number
  readonly eventId: number
  readonly state: DeliveryRecordState
  readonly attempts: number
  readonly dueAt: Instant
  readonly claimedUntil: Instant | null
  readonly attemptedAt: Instant | null
  readonly deliveredAt: Instant | null
  readonly lastStatus: number | null
  readonly lastError: string | null
}

/** What is done about a file, and what it is once it is there. */
export interface FakeProgress {
  readonly attempts: number
  readonly dueAt: Instant | null
  readonly digest: string | null
}

export interface AvatarRow extends FakeProgress, Pick<AttachmentView, 'mediaState' | 'contentType' | 'size'> {
  readonly id: number
  readonly accountId: number
  readonly contactId: number
  readonly externalUrl: string | null
  readonly createdAt: Instant
}

export interface SecretRow extends SecretRef {
  readonly sealed: string
}

/** Everything that the database would hold. Plain data, so that a run of the unit of work can have a copy of its own. */
export interface FakeState {
  readonly sequence: { last: number }
  readonly accounts: Table<AccountView & { readonly nextDisplayId: number }>
  readonly users: Table<UserView>
  readonly memberships: Map<string, { readonly accountId: number; readonly userId: number; readonly role: Role }>
  readonly platformApps: Table<{ readonly name: string }>
  /** By digest, in hexadecimal. */
  readonly tokens: Map<string, TokenOwner>
  readonly inboxes: Table<{
    readonly accountId: number
    readonly channel: string
    readonly name: string
    readonly lockToSingleConversation: boolean
    readonly webhookUrl: string | null
    readonly webhookGoneAt: Instant | null
    readonly replyHours: number | null
    readonly hmacMandatory: boolean
    readonly templates: InboxTemplates | null
  }>
  /** By inbox and kind. */
  readonly inboxSecrets: Map<string, SecretRow>
  /** By inbox. */
  readonly connections: Table<Connection>
  /** By inbox. */
  readonly credentials: Table<CredentialRow>
  readonly contacts: Table<Omit<ContactView, 'contactInboxes' | 'avatarId'> & { readonly accountId: number }>
  readonly contactInboxes: Table<ContactInboxRow>
  readonly conversations: Table<
    Omit<Conversation, 'channel' | 'replyHours' | 'sourceId'> & SeenByPeople & { readonly assigneeId: number | null }
  >
  readonly messages: Table<Message & { readonly contentType: string; readonly authorId: number | null }>
  readonly parts: Table<Part & { readonly error: DeliveryError | null }>
  readonly arrivals: Table<Arrival>
  readonly attachments: Table<AttachmentView & FakeProgress>
  readonly avatars: Table<AvatarRow>
  readonly uploadReservations: Table<{
    readonly accountId: number
    readonly at: Instant
    /** Of what a message is to name later. */
    readonly name: string | null
    readonly announced: AnnouncedFile | null
    readonly kept: UploadedFile | null
  }>
  readonly bodies: Table<{ readonly bytes: Uint8Array; readonly receivedAt: Instant }>
  readonly events: Table<IntakeRow>
  /** By code. */
  readonly dataDeletions: Map<string, NewDataDeletion & { readonly completedAt: Instant | null }>
  readonly erasedPeople: Map<string, Pick<ErasedPerson, 'inboxId' | 'mark' | 'at'>>
  readonly contactErasures: Table<Erasure & { readonly requestedAt: Instant; readonly completedAt: Instant | null }>
  readonly spentTokens: Map<string, Instant>
  /** By name. */
  readonly sealedSettings: Map<string, string>
  readonly gates: Map<string, Gate>
  /** By conversation. */
  readonly typingNotices: Table<TypingNotice & { readonly accountId: number }>
  readonly paces: Map<string, Pace>
  /** By inbox. */
  readonly gapFills: Table<GapFillRow>
  /** By all that makes a key one. */
  readonly requestKeys: Map<string, RequestKeyRow>
  readonly businessEvents: Table<BusinessEvent>
  /** By event. */
  readonly webhookDeliveries: Table<WebhookRow>
  readonly jobs: Table<{ readonly job: Job; readonly state: 'waiting' | 'begun' }>
}

export const emptyState = (): FakeState => ({
  sequence: { last: 0 },
  accounts: new Map(),
  users: new Map(),
  memberships: new Map(),
  platformApps: new Map(),
  tokens: new Map(),
  inboxes: new Map(),
  inboxSecrets: new Map(),
  connections: new Map(),
  credentials: new Map(),
  contacts: new Map(),
  contactInboxes: new Map(),
  conversations: new Map(),
  messages: new Map(),
  parts: new Map(),
  attachments: new Map(),
  arrivals: new Map(),
  avatars: new Map(),
  uploadReservations: new Map(),
  bodies: new Map(),
  events: new Map(),
  dataDeletions: new Map(),
  erasedPeople: new Map(),
  contactErasures: new Map(),
  spentTokens: new Map(),
  sealedSettings: new Map(),
  gates: new Map(),
  typingNotices: new Map(),
  paces: new Map(),
  gapFills: new Map(),
  requestKeys: new Map(),
  businessEvents: new Map(),
  webhookDeliveries: new Map(),
  jobs: new Map(),
})

/** Ids ascend over all tables, so that one table's id never passes for another's. */
export const nextId = ({ sequence }: FakeState): number => ++sequence.last

/** Changes the row `id`, where there is one. */
export const change = <Row>(table: Table<Row>, id: number, changes: Partial<Row>): void => {
  const row = table.get(id)
  if (row !== undefined) table.set(id, { ...row, ...changes })
}

/** What a foreign key does. */
export const existing = <Row>(table: Table<Row>, id: number, what: string): Row => {
  const row = table.get(id)
  if (row === undefined) throw new Error(`There is no ${what} ${id}.`)
  return row
}
