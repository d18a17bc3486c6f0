import { createCreateContact } from '#application/contacts/create-contact.ts'
import { createStartConversation, type StartConversationCommand } from '#application/conversations/start-conversation.ts'
import { createCreateInbox } from '#application/inboxes/create-inbox.ts'
import { createDropUploads } from '#application/media/drop-uploads.ts'
import { createUploadFile } from '#application/media/upload-file.ts'
import { createReceiveMessage } from '#application/messages/receive-message.ts'
import { createReportStatus } from '#application/messages/report-status.ts'
import { createRetryMessage } from '#application/messages/retry-message.ts'
import { createSendMessage } from '#application/messages/send-message.ts'
import type { Channel } from '#application/ports/channel.ts'
import type { Gravatar } from '#application/ports/gravatar.ts'
import { api } from '#channels/api/index.ts'
import type { Result } from '#domain/shared/result.ts'
import { unknownPerson } from '../support/unknown-person.ts'
import { happening, received, renderTemplate, startApplication, uploadIds } from './support.ts'

const unasked = (): never => {
  throw new Error('Nothing is asked here.')
}

const bridge: Channel = api.create({ settings: { read: unasked }, mac: { verifySha256: unasked }, clock: { now: unasked } })

/** The value of what has to be ok. */
export const done = <T>(result: Result<T, unknown>): T => {
  if (!result.ok) throw new Error(JSON.stringify(result.error))
  return result.value
}

/** The shop, with an inbox of its own software beside the one that is connected to a provider. */
export const startBridge = async ({ locked = false, webhookUrl = undefined as string | undefined } = {}) => {
  const shop = await startApplication(async () => unasked())
  const { world, time, accountId, userId } = shop
  const { unitOfWork, queries } = world
  const dropUploads = createDropUploads({ ...world, mediaStore: shop.mediaStore })
  const channels = new Map([...shop.channels, [bridge.kind, bridge] as const])
  let drawn = 0
  const gravatar: Gravatar = async (email) => `https://gravatar.example/${email}`
  const all = {
    channels,
    unitOfWork,
    gravatar,
    clock: { now: () => time.now },
    ids: { next: () => `id-${++drawn}` },
    drawKey: () => `key-${++drawn}`,
    uploadIds,
    renderTemplate,
  }
  const createInbox = createCreateInbox(all)
  const newInbox = {
    accountId,
    userId,
    name: 'Bridge',
    channel: 'api',
    webhookUrl,
    lockToSingleConversation: locked,
    replyHours: null,
  }
  const inboxId = done(await createInbox(newInbox))
  const createContact = createCreateContact(all)
  const contact = { accountId, inboxId, sourceId: undefined, name: 'Ada', ...unknownPerson }
  const startConversation = createStartConversation(all)
  const somewhere: StartConversationCommand = {
    ...{ accountId, sourceId: undefined, inboxId, contactId: undefined, status: undefined, message: undefined },
    ...{ additionalAttributes: {}, customAttributes: {} },
  }
  const author = { kind: 'user', id: userId } as const
  const conversationOf = async (displayId: number) => {
    const thread = await queries.thread(accountId, displayId, {})
    if (!thread) throw new Error('It was started.')
    return { ...thread.conversation, messages: thread.messages }
  }
  return {
    ...{
      ...shop,
      channels,
      bridgeInboxId: inboxId,
      newInbox,
      createInbox,
      contact,
      createContact,
      somewhere,
      startConversation,
      author,
      conversationOf,
    },
    uploadFile: createUploadFile({ ...all, mediaStore: shop.mediaStore, dropUploads }),
    dropUploads,
    receiveMessage: createReceiveMessage(all),
    /** With the bridge's own. */
    everyChannel: channels,
    reportStatus: createReportStatus(all),
    retryMessage: createRetryMessage(all),
    sendMessage: createSendMessage(all),
    /** A contact with a conversation; answers its number. */
    async meet(changes: Partial<typeof contact> = {}) {
      const { contactId } = done(await createContact({ ...contact, ...changes }))
      return done(await startConversation({ ...somewhere, contactId }))
    },
    /** The number of a conversation in the provider's inbox, which its customer started. */
    async atProvider() {
      await shop.receive(happening({ kind: 'message-received', payload: received('mid', 'Hi.') }, time.now))
      const conversation = [...world.state().conversations.values()].find((each) => each.inboxId === shop.inboxId)
      if (!conversation) throw new Error('The customer wrote.')
      return conversation.displayId
    },
    setStatus: (status: 'open' | 'resolved' | 'snoozed') =>
      world.arrange((state) => {
        for (const [id, row] of state.conversations) state.conversations.set(id, { ...row, status })
      }),
  }
}
