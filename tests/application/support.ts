import { createUploadIds } from '#adapters/crypto/upload-ids.ts'
import { createRenderTemplate } from '#adapters/liquid/render-template.ts'
import { createFetchProfile } from '#application/contacts/fetch-profile.ts'
import { createOpenAccess } from '#application/inboxes/open-access.ts'
import { createReportRefusal } from '#application/inboxes/report-refusal.ts'
import { createApplyEvents } from '#application/intake/apply-events.ts'
import type { ChannelEvent, ReceivedMessage } from '#application/intake/channel-event.ts'
import { createProcessIntake } from '#application/intake/process-intake.ts'
import { createReadArrivals } from '#application/intake/read-arrivals.ts'
import { createOpenFile } from '#application/media/open-file.ts'
import { createDeliverConversation } from '#application/messages/deliver-conversation.ts'
import { createSendMessage } from '#application/messages/send-message.ts'
import { createWakeDeliveries } from '#application/messages/wake-deliveries.ts'
import type { Channel, ChannelAccess, ChannelError } from '#application/ports/channel.ts'
import type { Logger } from '#application/ports/logger.ts'
import type { MediaLinks } from '#application/ports/media-links.ts'
import type { OutgoingPart, SentPart } from '#application/ports/outgoing.ts'
import type { PersonMarks } from '#application/ports/person-marks.ts'
import type { UnitOfWork } from '#application/ports/unit-of-work.ts'
import type { Vault } from '#application/ports/vault.ts'
import { issued, refreshKey } from '#domain/inbox/credential.ts'
import { days } from '#domain/shared/instant.ts'
import { ok, type Result } from '#domain/shared/result.ts'
import { storeEvents } from '../contracts/scenario.ts'
import { createFakeMediaStore } from '../fakes/media-store.ts'
import { createFakeWorld } from '../fakes/world.ts'

export const silent: Logger = { debug() {}, info() {}, warn() {}, error() {}, with: () => silent }

/** Writes who they are. */
export const plainMarks: PersonMarks = {
  open:
    async () =>
    async ({ inboxId, sourceId }) =>
      `${inboxId} ${sourceId}`,
}

/** Seals by writing the context beside the secret: enough to see whether the two are kept together. */
export const openVault: Vault = {
  seal: async (plain, context) => JSON.stringify([context, plain]),
  async open(envelope, context) {
    const [sealedFor, plain] = JSON.parse(envelope)
    if (sealedFor !== context) throw new Error('Sealed for another context.')
    return plain
  },
  sealingKey: 'test',
  reseal: async () => ({ is: 'current' }),
}

const mediaLinks: MediaLinks = {
  sign: async ({ accountId, kind, id }) => `https://dove.test/media/${accountId}/${kind}/${id}`,
  verify: async () => true,
}

export const renderTemplate = createRenderTemplate()

export const uploadIds = createUploadIds([new Uint8Array(32)], 'https://dove.test')

export const channelKey = 'shop'

/** `text`: what is said, or the kind of what is. */
type Send = (part: OutgoingPart & { readonly text: string }, access: ChannelAccess) => Promise<Result<SentPart, ChannelError>>

/**
 * The real use cases over the fakes, with one connected inbox of a channel whose provider is `send`, and which else can do `more`.
 * Delivery works on what `through` makes of the unit of work.
 */
export const startApplication = async (
  send: Send,
  more: Partial<Channel> = {},
  through: (unitOfWork: UnitOfWork) => UnitOfWork = (same) => same,
) => {
  const world = createFakeWorld()
  const { unitOfWork } = world
  const mediaStore = createFakeMediaStore()
  const time = { now: 1_700_000_000_000 }
  const clock = { now: () => time.now }
  const waitUntil = async (at: number): Promise<void> => {
    time.now = Math.max(time.now, at)
  }
  let id = 0
  const ids = { next: () => `00000000-0000-7000-8000-${String(++id).padStart(12, '0')}` }
  const channel: Channel = {
    kind: 'test',
    label: 'Test',
    chatwootType: 'Channel::Test',
    limits: { textBytes: 1000, media: [{ type: 'image', bytes: 100 }], imagesTogether: 2 },
    replyWindow: async () => ({}),
    send: (access, part) => send({ text: part.kind, ...part }, access),
    ...more,
  }
  const channels = new Map([[channel.kind, channel]])
  const delivery = through(unitOfWork)
  const openAccess = createOpenAccess({ unitOfWork: delivery, vault: openVault, clock })
  const reportRefusal = createReportRefusal({ unitOfWork: delivery, clock })
  const processIntake = createProcessIntake({
    unitOfWork,
    readArrivals: createReadArrivals({ channels, unitOfWork, ids, logger: silent }),
    applyEvents: createApplyEvents({ channels, renderTemplate, personMarks: plainMarks, ids, clock }),
    settings: { read: async () => new Map() },
    clock,
    logger: silent,
  })
  const openFile = createOpenFile({ mediaStore, mediaLinks, isPolled: false })
  const startWorker = () =>
    createDeliverConversation({ channels, unitOfWork: delivery, openAccess, reportRefusal, clock, waitUntil, openFile })
  const deliverConversation = startWorker()
  const wakeDeliveries = createWakeDeliveries({ unitOfWork, clock })
  const fetchProfile = createFetchProfile({ channels, unitOfWork, openAccess, reportRefusal, clock })
  const sendMessage = createSendMessage({ channels, renderTemplate, unitOfWork, uploadIds, clock })

  const opened = await unitOfWork.run(async (tx) => {
    const accountId = await tx.accounts.insertAccount({ name: 'Shop', locale: 'en', at: clock.now() })
    const userId = await tx.accounts.ensureUser({ name: 'Ann', email: 'ann@shop.example', at: clock.now() })
    return ok({ accountId, userId })
  })
  if (!opened.ok) throw new Error('The shop was not opened.')
  const { accountId, userId } = opened.value

  /** Connects an account of the provider to the shop. */
  const openInbox = async (channelKey: string): Promise<number> => {
    const details = {
      alternateKey: null,
      providerName: 'shop',
      accountType: null,
      permissions: [],
      connectedBy: userId,
      connectedAt: clock.now(),
    }
    const sealed = await openVault.seal('token', `credential:test:${channelKey}`)
    const made = await unitOfWork.run(async (tx) => {
      const inboxId = await tx.inboxes.insert({ accountId, name: 'Shop', at: clock.now(), channel: channel.kind, channelKey }, details)
      if (inboxId === undefined) throw new Error('The inbox was not made.')
      const life = { issuedAt: clock.now(), expiresAt: clock.now() + days(60) }
      await tx.credentials.save({ accountId, inboxId }, { sealed, ...issued(life, refreshKey(inboxId)) })
      return ok(inboxId)
    })
    if (!made.ok) throw new Error('The inbox was not made.')
    return made.value
  }
  const inboxId = await openInbox(channelKey)

  /** Stores events as one request and applies everything that is due. */
  const receive = async (...events: ChannelEvent[]) => {
    await storeEvents(unitOfWork, events, { channel: channel.kind, receivedAt: clock.now() })
    while ((await processIntake()).settled > 0);
  }

  return {
    accountId,
    userId,
    inboxId,
    openInbox,
    world,
    mediaStore,
    time,
    waitUntil,
    channels,
    receive,
    deliverConversation,
    /** Delivers in a process of its own. */
    startWorker,
    wakeDeliveries,
    fetchProfile,
    sendMessage,
  }
}

export type Application = Awaited<ReturnType<typeof startApplication>>

export const received = (externalId: string, text: string, more: Partial<ReceivedMessage> = {}): ReceivedMessage => ({
  externalId,
  text,
  attachments: [],
  replyTo: null,
  postback: null,
  referral: null,
  unsupported: false,
  ...more,
})

type Told = { [K in ChannelEvent['kind']]: Pick<Extract<ChannelEvent, { kind: K }>, 'kind' | 'payload'> }[ChannelEvent['kind']]

/** A happening between the shop and someone. */
export const happening = (told: Told, occurredAt: number, contactKey = 'someone', accountKey = channelKey): ChannelEvent => ({
  ...told,
  channel: 'test',
  accountKey,
  contactKey,
  dedupeKey: JSON.stringify(told),
  occurredAt,
})
