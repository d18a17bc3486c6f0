import { describe, expect, test } from 'vitest'
import { createCreateContact } from '#application/contacts/create-contact.ts'
import { createStartConversation, type StartConversationCommand } from '#application/conversations/start-conversation.ts'
import { createCreateInbox } from '#application/inboxes/create-inbox.ts'
import { createReceiveMessage } from '#application/messages/receive-message.ts'
import { createReportStatus } from '#application/messages/report-status.ts'
import { createRetryMessage } from '#application/messages/retry-message.ts'
import { createSendMessage } from '#application/messages/send-message.ts'
import type { Channel } from '#application/ports/channel.ts'
import { api } from '#channels/api/index.ts'
import type { MessageStatus } from '#domain/message/status.ts'
import { err, type Result } from '#domain/shared/result.ts'
import { happening, received, startApplication } from './support.ts'

const unasked = (): never => {
  throw new Error('Nothing is asked here.')
}

const bridge: Channel = api.create({ settings: { read: unasked }, mac: { verifySha256: unasked }, clock: { now: unasked } })

const done = <T>(result: Result<T, unknown>): T => {
  if (!result.ok) throw new Error(JSON.stringify(result.error))
  return result.value
}

/** The shop, with an inbox of its own software beside the one that is connected to a provider. */
const startBridge = async ({ locked = false } = {}) => {
  const shop = await startApplication(async () => unasked())
  const { world, time, accountId, userId } = shop
  const { unitOfWork, queries } = world
  const channels = new Map([...shop.channels, [bridge.kind, bridge] as const])
  let drawn = 0
  const all = { channels, unitOfWork, clock: { now: () => time.now }, ids: { next: () => `id-${++drawn}` } }
  const createInbox = createCreateInbox(all)
  const newInbox = { accountId, userId, name: 'Bridge', channel: 'api', webhookUrl: undefined, lockToSingleConversation: locked }
  const inboxId = done(await createInbox(newInbox))
  const createContact = createCreateContact(all)
  const blank = { name: 'Ada', email: null, phoneNumber: null, identifier: null, blocked: false, avatarUrl: null }
  const contact = { accountId, inboxId, sourceId: undefined, ...blank, additionalAttributes: {}, customAttributes: {} }
  const startConversation = createStartConversation(all)
  const somewhere: StartConversationCommand = {
    ...{ accountId, sourceId: undefined, inboxId, contactId: undefined, status: undefined, message: undefined },
    ...{ additionalAttributes: {}, customAttributes: {} },
  }
  const author = { kind: 'user', id: userId } as const
  const conversationOf = async (displayId: number) => {
    const conversation = await queries.conversation(accountId, displayId)
    if (!conversation) throw new Error('It was started.')
    return { ...conversation, messages: await queries.messages(accountId, conversation.id, {}) }
  }
  return {
    ...{
      ...shop,
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
    receiveMessage: createReceiveMessage(all),
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

describe('an inbox of software of the account’s own', () => {
  test('is made under an identifier of its own; a provider’s inbox is not', async () => {
    const { createInbox, newInbox, world, accountId } = await startBridge()
    const inbox = await world.queries.inbox(accountId, done(await createInbox({ ...newInbox, name: ' Two ', webhookUrl: 'https://x' })))
    expect(inbox).toMatchObject({
      channel: 'api',
      name: 'Two',
      webhookUrl: 'https://x',
      connection: { channelKey: 'id-2', state: 'connected' },
    })
    expect(await createInbox({ ...newInbox, channel: 'test' })).toEqual(err({ code: 'inbox.type_not_creatable' }))
    expect(await createInbox({ ...newInbox, channel: 'toString' })).toEqual(err({ code: 'inbox.type_not_creatable' }))
    expect(await createInbox({ ...newInbox, name: ' ' })).toEqual(err({ code: 'inbox.name_missing' }))
  })

  test('makes people known', async () => {
    const { createContact, contact, world, accountId, bridgeInboxId } = await startBridge()
    const given = { ...contact, name: ' ', email: ' Ada@X.test ', phoneNumber: '+4930123', identifier: '' }
    const { contactId, sourceId } = done(await createContact(given))
    expect(await world.queries.contact(accountId, contactId)).toMatchObject({
      ...{ name: 'ada@x.test', email: 'ada@x.test', phoneNumber: '+4930123', identifier: null },
      contactInboxes: [{ sourceId, inboxId: bridgeInboxId }],
    })
    expect(sourceId).toBe('id-2')
    expect(done(await createContact({ ...contact, sourceId: 'crm-1' })).sourceId).toBe('crm-1')
    expect(done(await createContact({ ...contact, inboxId: undefined })).sourceId).toBeNull()
  })

  test.each([
    [{ email: 'nobody' }, 'contact.email_invalid'],
    [{ phoneNumber: '030 123' }, 'contact.phone_number_invalid'],
    [{ email: 'ADA@x.test' }, 'contact.email_taken'],
    [{ sourceId: 'crm-1' }, 'contact.source_id_taken'],
    [{ inboxId: 987 }, 'inbox.unknown'],
  ])('makes nobody of %j', async (changes, code) => {
    const { createContact, contact, world, accountId } = await startBridge()
    await createContact({ ...contact, email: 'ada@x.test', sourceId: 'crm-1' })
    expect(await createContact({ ...contact, ...changes })).toEqual(err({ code }))
    expect((await world.queries.contacts(accountId, 1)).count).toBe(1)
  })

  test('people of a provider’s inbox are made by nobody', async () => {
    const { createContact, contact, inboxId } = await startBridge()
    expect(await createContact({ ...contact, inboxId })).toEqual(err({ code: 'inbox.contacts_not_creatable' }))
  })
})

describe('a conversation', () => {
  test('is started with whoever is meant', async () => {
    const { createContact, contact, startConversation, somewhere, conversationOf, bridgeInboxId } = await startBridge()
    const { contactId } = done(await createContact({ ...contact, sourceId: 'crm-1' }))
    const nowhere = { ...somewhere, inboxId: undefined }
    const bySource = await conversationOf(done(await startConversation({ ...nowhere, sourceId: 'crm-1' })))
    const byContact = await conversationOf(done(await startConversation({ ...somewhere, contactId, status: 'pending' })))
    expect([bySource.contactInbox, bySource.inboxId]).toEqual([byContact.contactInbox, bridgeInboxId])
    expect([bySource.status, byContact.status, bySource.displayId !== byContact.displayId]).toEqual(['open', 'pending', true])
    expect(await startConversation({ ...nowhere, sourceId: 'nobody' })).toEqual(err({ code: 'contact.unknown' }))
    expect(await startConversation({ ...somewhere, contactId: 987 })).toEqual(err({ code: 'contact.unknown' }))
    expect(await startConversation({ ...somewhere, inboxId: 987, contactId })).toEqual(err({ code: 'inbox.unknown' }))
    expect(await startConversation({ ...nowhere, contactId })).toEqual(err({ code: 'conversation.nobody_named' }))
    expect(await startConversation(somewhere)).toEqual(err({ code: 'conversation.nobody_named' }))
  })

  test('makes the contact known in the inbox where they were not', async () => {
    const { createContact, contact, startConversation, somewhere, conversationOf } = await startBridge()
    const { contactId } = done(await createContact({ ...contact, inboxId: undefined }))
    const { contactId: other } = done(await createContact({ ...contact, sourceId: 'taken' }))
    const started = await conversationOf(done(await startConversation({ ...somewhere, contactId, sourceId: 'crm-2' })))
    expect(started.contactInbox.sourceId).toBe('crm-2')
    expect(await startConversation({ ...somewhere, contactId, sourceId: 'taken' })).toEqual(err({ code: 'contact.source_id_taken' }))
    expect(other).not.toBe(contactId)
  })

  test('is the one that there is where the inbox has one for each person', async () => {
    const { meet, startConversation, somewhere, conversationOf, setStatus } = await startBridge({ locked: true })
    const displayId = await meet()
    setStatus('resolved')
    const { contact } = await conversationOf(displayId)
    expect(await startConversation({ ...somewhere, contactId: contact.id })).toEqual({ ok: true, value: displayId })
  })

  test('of a provider’s inbox is started by its customer', async () => {
    const { world, accountId, inboxId, time, startConversation, somewhere } = await startBridge()
    const wanted = { accountId, inboxId, sourceId: 'someone', name: 'Someone', at: time.now }
    await world.unitOfWork.run(async (tx) => ({ ok: true, value: await tx.contacts.ensure([wanted]) }))
    const started = await startConversation({ ...somewhere, inboxId: undefined, sourceId: 'someone' })
    expect(started).toEqual(err({ code: 'conversation.not_startable' }))
    expect(world.state().conversations.size).toBe(0)
  })

  test('with a blocked contact starts resolved', async () => {
    const { meet, conversationOf } = await startBridge()
    expect((await conversationOf(await meet({ blocked: true }))).status).toBe('resolved')
  })

  test('has its first message, and without a good one it is not started', async () => {
    const { createContact, contact, startConversation, somewhere, conversationOf, author, world } = await startBridge()
    const { contactId } = done(await createContact(contact))
    const outgoing = { type: 'outgoing', author, content: 'Hello.', private: false, contentAttributes: {} } as const
    const first = await conversationOf(done(await startConversation({ ...somewhere, contactId, message: outgoing })))
    expect(first.messages).toMatchObject([{ type: 'outgoing', content: 'Hello.', status: 'sent' }])
    const incoming = { type: 'incoming', content: 'Hello?', contentAttributes: {} } as const
    const second = await conversationOf(done(await startConversation({ ...somewhere, contactId, message: incoming })))
    expect(second).toMatchObject({ unreadCount: 1, messages: [{ type: 'incoming', author: 'contact', sender: { id: contactId } }] })
    const empty = await startConversation({ ...somewhere, contactId, message: { ...outgoing, content: ' ' } })
    expect([empty, world.state().conversations.size]).toEqual([err({ code: 'message.empty' }), 2])
  })
})

describe('messages', () => {
  test('that come in do what those of a provider do', async () => {
    const { meet, receiveMessage, sendMessage, conversationOf, accountId, author, time, setStatus } = await startBridge()
    const displayId = await meet()
    const say = { accountId, displayId, content: 'Hello?', contentAttributes: {} }
    const began = time.now
    time.now += 1000
    await receiveMessage(say)
    const waiting = await conversationOf(displayId)
    expect(waiting).toMatchObject({
      waitingSince: began + 1000,
      lastIncomingAt: began + 1000,
      lastActivityAt: began + 1000,
      unreadCount: 1,
    })
    expect(waiting.contact.lastActivityAt).toBe(began + 1000)
    expect(waiting.messages).toMatchObject([{ type: 'incoming', status: 'sent', parts: [{ state: 'received', externalId: null }] }])
    time.now += 1000
    await sendMessage({ ...say, content: 'Yes.', author, private: false })
    expect(await conversationOf(displayId)).toMatchObject({ waitingSince: null, firstReplyAt: began + 2000 })
    for (const status of ['resolved', 'snoozed'] as const) {
      setStatus(status)
      await receiveMessage(say)
      expect((await conversationOf(displayId)).status).toBe('open')
    }
  })

  test('that a blocked contact writes reopen nothing', async () => {
    const { meet, receiveMessage, conversationOf, accountId } = await startBridge()
    const displayId = await meet({ blocked: true })
    await receiveMessage({ accountId, displayId, content: 'Hello?', contentAttributes: {} })
    expect(await conversationOf(displayId)).toMatchObject({ status: 'resolved', unreadCount: 1 })
  })

  test('that come in are refused where only the provider says what customers write', async () => {
    const { world, accountId, receiveMessage, atProvider } = await startBridge()
    const displayId = await atProvider()
    const say = { accountId, content: 'Hello?', contentAttributes: {} }
    expect(await receiveMessage({ ...say, displayId })).toEqual(err({ code: 'message.incoming_not_allowed' }))
    expect(await receiveMessage({ ...say, displayId: 987 })).toEqual(err({ code: 'conversation.unknown' }))
    expect(await receiveMessage({ ...say, displayId: 987, content: ' ' })).toEqual(err({ code: 'message.empty' }))
    expect(world.state().messages.size).toBe(1)
  })

  test('that go out are with the bridge at once, whole, without a call; notes stay here', async () => {
    const { meet, sendMessage, conversationOf, accountId, author, world, time } = await startBridge()
    const displayId = await meet()
    time.now += 1e12
    const say = { accountId, displayId, author, contentAttributes: {} }
    await sendMessage({ ...say, content: 'x'.repeat(5000), private: false })
    await sendMessage({ ...say, content: 'Rude.', private: true })
    const { messages } = await conversationOf(displayId)
    expect(messages.map(({ status, parts }) => [status, parts.map(({ state }) => state)])).toEqual([
      ['sent', ['accepted']],
      ['sent', []],
    ])
    expect(world.jobs()).toEqual([])
  })
})

describe('the status of a message', () => {
  const withMessage = async () => {
    const all = await startBridge()
    const { meet, sendMessage, conversationOf, accountId, author, reportStatus } = all
    const displayId = await meet()
    const say = { accountId, displayId, author, content: 'Hi.', private: false, contentAttributes: {} }
    const { messageId } = done(await sendMessage(say))
    const report = async (status: MessageStatus, externalError?: string) =>
      done(await reportStatus({ accountId, displayId, messageId, status, externalError })).changed
    const message = async () => (await conversationOf(displayId)).messages[0]!
    return { ...all, displayId, messageId, say, report, message }
  }

  test('is what the bridge reports, upwards; what is no news changes nothing', async () => {
    const { report, message } = await withMessage()
    expect(await report('sent')).toBe(false)
    expect(await report('failed', 'The number is not in use.')).toBe(true)
    expect(await message()).toMatchObject({ status: 'failed', error: { message: 'The number is not in use.', class: 'reported' } })
    expect([await report('failed', 'Another reason.'), await report('sent')]).toEqual([false, false])
    expect((await message()).error?.message).toBe('The number is not in use.')
    expect(await report('read')).toBe(true)
    expect(await message()).toMatchObject({ status: 'read', error: null })
    expect([await report('delivered'), await report('failed', 'Late.'), await report('read')]).toEqual([false, false, false])
    expect(await message()).toMatchObject({ status: 'read', error: null })
  })

  test('failed starts over where a person says so, without a second sending by us', async () => {
    const { report, message, retryMessage, accountId, displayId, messageId, world } = await withMessage()
    await report('failed', 'No.')
    expect(await retryMessage({ accountId, displayId, messageId })).toEqual({ ok: true, value: messageId })
    expect(await message()).toMatchObject({ status: 'sent', error: null, parts: [{ state: 'accepted' }] })
    expect([...world.state().parts.values()].map(({ state }) => state)).toEqual(['accepted'])
  })

  test('of what never was to leave does not make it leave', async () => {
    const { receiveMessage, sendMessage, say, reportStatus, retryMessage, accountId, displayId } = await withMessage()
    for (const written of [await receiveMessage(say), await sendMessage({ ...say, private: true })]) {
      const { messageId } = done(written)
      await reportStatus({ accountId, displayId, messageId, status: 'failed', externalError: undefined })
      expect(await retryMessage({ accountId, displayId, messageId })).toEqual(err({ code: 'message.not_failed' }))
    }
  })

  test('is told by nobody else, and of nothing else', async () => {
    const { reportStatus, accountId, displayId, messageId, atProvider, meet } = await withMessage()
    const report = (changes: object) =>
      reportStatus({ accountId, displayId, messageId, status: 'read', externalError: undefined, ...changes })
    expect(await report({ displayId: await atProvider() })).toEqual(err({ code: 'message.status_not_reportable' }))
    expect(await report({ displayId: await meet() })).toEqual(err({ code: 'message.unknown' }))
    expect(await report({ displayId: 987 })).toEqual(err({ code: 'conversation.unknown' }))
    expect(await report({ messageId: 987 })).toEqual(err({ code: 'message.unknown' }))
    expect(await report({ accountId: 987 })).toEqual(err({ code: 'conversation.unknown' }))
  })
})
