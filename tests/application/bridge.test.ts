import { describe, expect, test } from 'vitest'
import { hours } from '#domain/shared/instant.ts'
import { err } from '#domain/shared/result.ts'
import { done, startBridge } from './bridge-support.ts'

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
    expect(sourceId).toBe('key-2')
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

  test('that come in have their files, which are ours at once', async () => {
    const { meet, receiveMessage, uploadFile, dropUploads, conversationOf, accountId, world, mediaStore } = await startBridge()
    const displayId = await meet()
    const chunks = async function* (text: string) {
      yield new TextEncoder().encode(text)
    }
    const upload = async (name: string, content: string) =>
      done(await uploadFile({ accountId, name, contentType: 'text/plain', content: chunks(content) }))
    const files = [await upload('a.pdf', '%PDF-1.7 ...'), await upload('b.gif', 'GIF89a...')]
    const say = { accountId, displayId, content: ' ', contentAttributes: {}, files }
    done(await receiveMessage(say))
    const { messages, ...after } = await conversationOf(displayId)
    expect(messages).toMatchObject([
      {
        ...{ type: 'incoming', content: null, contentType: 'text', parts: [{ kind: 'attachment', state: 'received' }] },
        attachments: [
          { fileType: 'file', contentType: 'application/pdf', title: 'a.pdf', mediaState: 'stored', externalUrl: null, size: 12 },
          { fileType: 'image', contentType: 'image/gif', title: 'b.gif', mediaState: 'stored' },
        ],
      },
    ])
    expect([after.unreadCount, world.jobs(), world.state().uploadReservations.size]).toEqual([1, [], 0])
    const kept = messages[0]?.attachments.map(({ id }) => id) ?? []
    await dropUploads(accountId, kept)
    expect(await Promise.all(kept.map(async (id) => (await mediaStore.open(`${accountId}/attachments/${id}`))?.size))).toEqual([12, 9])
    done(await receiveMessage({ ...say, content: 'And?', files: [] }))
    expect((await conversationOf(displayId)).messages.at(-1)).toMatchObject({ content: 'And?', parts: [{ kind: 'text' }], attachments: [] })
  })

  test('that come in with too many files, or with nothing, are not written', async () => {
    const { meet, receiveMessage, accountId, world } = await startBridge()
    const displayId = await meet()
    const file = { id: 1, name: 'a', contentType: 'image/png', size: 1, digest: 'd' }
    const say = { accountId, displayId, content: '', contentAttributes: {} }
    expect(await receiveMessage({ ...say, files: Array(16).fill(file) })).toEqual(err({ code: 'attachment.too_many', limit: 15 }))
    expect(await receiveMessage({ ...say, files: [] })).toEqual(err({ code: 'message.empty' }))
    expect(world.state().messages.size).toBe(0)
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

describe('an inbox with a time for answers', () => {
  const say = { content: 'Hello?', private: false, contentAttributes: {} }

  test('lets people answer for so many hours after the customer wrote, and leave notes at any time', async () => {
    const bridge = await startBridge()
    const { accountId, world, time, author, somewhere, newInbox, contact, createInbox, createContact, startConversation, sendMessage } =
      bridge
    const inboxId = done(await createInbox({ ...newInbox, replyHours: 48 }))
    const { contactId } = done(await createContact({ ...contact, inboxId }))
    const place = { ...somewhere, inboxId, contactId }
    const outgoing = { type: 'outgoing', author, ...say } as const
    expect(await startConversation({ ...place, message: outgoing })).toEqual(err({ code: 'message.outside_window' }))
    expect(world.state().conversations.size).toBe(0)
    done(await startConversation({ ...place, message: { ...outgoing, private: true } }))
    const incoming = { type: 'incoming', content: 'Hi', contentAttributes: {} } as const
    const displayId = done(await startConversation({ ...place, message: incoming }))
    const command = { accountId, displayId, author, ...say }
    time.now += hours(48) - 1
    done(await sendMessage(command))
    const closesAt = time.now + 1
    time.now += 1
    expect(await sendMessage(command)).toEqual(err({ code: 'message.outside_window', closesAt }))
    done(await sendMessage({ ...command, private: true }))
    expect(await world.queries.conversation(accountId, displayId)).toMatchObject({ replyHours: 48 })
  })
})
