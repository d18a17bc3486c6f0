import { describe, expect, test } from 'vitest'
import { err, ok } from '#domain/shared/result.ts'
import { done } from './bridge-support.ts'
import { startVisits } from './visitor-support.ts'

describe('somebody who proves nothing', () => {
  test('is somebody new each time, with what they say of themselves', async () => {
    const { enter, visitor, world, accountId } = await startVisits()
    const avatarUrl = 'https://pictures.example/ada.png'
    const first = await enter({ name: ' Ada ', email: ' Ada@X.test', phoneNumber: '+49301', avatarUrl, customAttributes: { plan: 'pro' } })
    const { contactId, access } = await visitor(first)
    expect(access).toBe('guest')
    expect(await world.queries.contact(accountId, contactId)).toMatchObject({
      ...{ name: 'Ada', email: 'ada@x.test', phoneNumber: '+49301', identifier: null, customAttributes: { plan: 'pro' } },
    })
    expect(world.jobs().map(({ name }) => name)).toEqual(['fetch-media'])
    const second = await visitor(await enter({ email: 'b@x.test' }))
    expect([second.contactId === contactId, second.contact.name]).toEqual([false, 'b@x.test'])
    expect((await visitor(await enter())).contact.name).toBe('Visitor')
  })

  test('is not told whether somebody else has what they say is theirs', async () => {
    const { enter, visitor, createContact, contact, world, accountId } = await startVisits()
    const known = { ...contact, email: 'ceo@x.test', phoneNumber: '+49301', identifier: 'user-1' }
    const { contactId } = done(await createContact(known))
    const before = await world.queries.contact(accountId, contactId)
    const guest = await visitor(await enter({ email: 'CEO@x.test', phoneNumber: '+49301', identifier: 'user-1' }))
    expect(guest.contactId).not.toBe(contactId)
    expect(guest.contact).toMatchObject({
      ...{ email: null, phoneNumber: null, identifier: null },
      additionalAttributes: { unverified: { email: 'ceo@x.test', phone_number: '+49301', identifier: 'user-1' } },
    })
    expect(await world.queries.contact(accountId, contactId)).toEqual(before)
  })

  test('continues with what they were given, and with nothing else', async () => {
    const { enter, introduce, createContact, contact, inboxId, world, time, accountId } = await startVisits()
    const sourceId = await enter({ name: 'Ada' })
    expect(await introduce({ sourceId, name: 'Eve' })).toEqual(ok({ sourceId }))
    done(await createContact({ ...contact, sourceId: 'user-77' }))
    const elsewhere = { accountId, inboxId, sourceId: 'igsid', name: 'Elsewhere', at: time.now }
    await world.unitOfWork.run(async (tx) => ok(await tx.contacts.ensure([elsewhere])))
    for (const other of ['user-77', 'igsid', 'unheard of'])
      expect(await introduce({ sourceId: other })).toEqual(err({ code: 'visitor.source_id_unknown' }))
  })

  test.each([
    [{ email: 'nobody' }, 'contact.email_invalid'],
    [{ phoneNumber: '030' }, 'contact.phone_number_invalid'],
    [{ customAttributes: { text: 'x'.repeat(17_000) } }, 'contact.attributes_too_large'],
  ])('makes nobody of %o', async (said, code) => {
    const { introduce, world, accountId } = await startVisits()
    expect(await introduce(said)).toEqual(err({ code }))
    expect((await world.queries.contacts(accountId, 1)).count).toBe(0)
  })
})

describe('somebody who proves who they are', () => {
  test('is the same contact and has the same key each time, and is somebody new the first time', async () => {
    const { enterProven, visitor, world, accountId } = await startVisits()
    const first = await enterProven('user-1', { name: 'Ada', email: 'ada@x.test' })
    expect(await enterProven('user-1', { name: 'Ada L.', customAttributes: { plan: 'pro' } })).toBe(first)
    const { contactId, access } = await visitor(first)
    expect([access, (await world.queries.contacts(accountId, 1)).count]).toEqual(['proven', 1])
    expect(await world.queries.contact(accountId, contactId)).toMatchObject({
      ...{ name: 'Ada L.', email: 'ada@x.test', identifier: 'user-1', customAttributes: { plan: 'pro' } },
    })
  })

  test('is the contact that the account’s own software made, and sees all that was said with it in this inbox', async () => {
    const { createContact, contact, enterProven, visitor, write, startConversation, somewhere, world } = await startVisits()
    const made = done(await createContact({ ...contact, identifier: 'user-1' }))
    const earlier = done(await startConversation({ ...somewhere, contactId: made.contactId }))
    const sourceId = await enterProven('user-1')
    const later = await write(sourceId, 'hello')
    const ada = await visitor(sourceId)
    expect(ada.contactId).toBe(made.contactId)
    expect((await world.queries.visitorConversations(ada)).map(({ displayId }) => displayId)).toEqual([later, earlier])
    const handedOn = await visitor(made.sourceId ?? '')
    expect((await world.queries.visitorConversations(handedOn)).map(({ displayId }) => displayId)).toEqual([earlier])
  })

  test('has to: where it is asked for, where a hash is given, and with the secret of this inbox', async () => {
    const { introduce, prove, demand, createInbox, newInbox, revealSecrets, accountId, world } = await startVisits()
    const other = done(await createInbox({ ...newInbox, name: 'Other' }))
    const foreign = (await revealSecrets([{ accountId, inboxId: other }])).get(other)?.hmac
    const identifier = 'user-1'
    const wrong = [prove('user-2'), prove(identifier, foreign), prove(identifier).slice(2), 'zz', `${prove(identifier)}00`]
    for (const identifierHash of wrong)
      expect(await introduce({ identifier, identifierHash }), identifierHash).toEqual(err({ code: 'identity.wrong' }))
    expect(await introduce({ identifierHash: prove('') })).toEqual(err({ code: 'identity.wrong' }))
    expect(await introduce({ identifier, identifierHash: prove(identifier).toUpperCase() })).toMatchObject({ ok: true })
    await demand(true)
    for (const said of [{}, { identifier }, { sourceId: 'anything' }])
      expect(await introduce(said)).toEqual(err({ code: 'identity.required' }))
    expect((await world.queries.contacts(accountId, 1)).count).toBe(1)
  })

  test('proves nothing in an inbox that has no secret', async () => {
    const { introduce, prove, world } = await startVisits()
    world.arrange(({ inboxSecrets }) => inboxSecrets.clear())
    expect(await introduce({ identifier: 'user-1', identifierHash: prove('user-1', '') })).toEqual(err({ code: 'identity.wrong' }))
  })

  test('gets a key of their own, whatever key they had: one that somebody else may know never becomes theirs', async () => {
    const { enter, enterProven, introduce, change, prove, visitor } = await startVisits()
    const planted = await enter({ name: 'Mallory' })
    const proof = { identifier: 'user-1', identifierHash: prove('user-1') }
    expect(await introduce({ ...proof, sourceId: planted })).toEqual(err({ code: 'visitor.source_id_unknown' }))
    expect(await change(planted, proof)).toEqual(err({ code: 'visitor.proof_elsewhere' }))
    const sourceId = await enterProven('user-1')
    expect(await introduce({ ...proof, sourceId: planted })).toEqual(err({ code: 'visitor.source_id_unknown' }))
    expect(await introduce({ ...proof, sourceId })).toEqual(ok({ sourceId }))
    expect((await visitor(planted)).access).toBe('guest')
  })

  test('ten at once are one contact', async () => {
    const { enterProven, visitor } = await startVisits()
    const keys = await Promise.all(Array.from({ length: 10 }, (_, n) => enterProven('user-1', { name: `Ada ${n}` })))
    const contacts = await Promise.all(keys.map(async (key) => (await visitor(key)).contactId))
    expect(new Set(contacts).size).toBe(1)
  })
})

describe('what somebody says later', () => {
  test('changes what they said before, and never who they are', async () => {
    const { enter, enterProven, change, visitor, prove } = await startVisits()
    const [guest, ada] = [await enter({ name: 'Guest' }), await enterProven('user-1', { name: 'Ada' })]
    expect(await change(guest, { name: 'Gast', identifier: 'user-1' })).toEqual(ok(null))
    expect((await visitor(guest)).contact).toMatchObject({ name: 'Gast', identifier: null })
    expect(await change(guest, { identifier: 'user-1', identifierHash: prove('x') })).toEqual(err({ code: 'identity.wrong' }))
    expect(await change(ada, { email: 'ada@x.test', identifier: 'user-1', identifierHash: prove('user-1') })).toEqual(ok(null))
    expect(await change(ada, { identifier: 'user-2', identifierHash: prove('user-2') })).toEqual(err({ code: 'identity.wrong' }))
    expect((await visitor(ada)).contact).toMatchObject({ name: 'Ada', email: 'ada@x.test', identifier: 'user-1' })
    expect(await change(ada, { phoneNumber: '0' })).toEqual(err({ code: 'contact.phone_number_invalid' }))
  })

  test('is put aside where another has it, and the contact keeps what it had', async () => {
    const { enter, enterProven, change, visitor } = await startVisits()
    const [guest, ada] = [await enter({ email: 'guest@x.test' }), await enterProven('user-1', { email: 'ada@x.test' })]
    expect(await change(guest, { email: 'ada@x.test' })).toEqual(ok(null))
    expect(await change(ada, { email: 'guest@x.test' })).toEqual(ok(null))
    expect((await visitor(guest)).contact).toMatchObject({
      ...{ email: 'guest@x.test', additionalAttributes: { unverified: { email: 'ada@x.test' } } },
    })
    expect((await visitor(ada)).contact.email).toBe('ada@x.test')
  })

  test('custom attributes grow to a limit', async () => {
    const { enter, change } = await startVisits()
    const guest = await enter()
    const text = 'x'.repeat(9000)
    expect(await change(guest, { customAttributes: { a: text } })).toEqual(ok(null))
    expect(await change(guest, { customAttributes: { a: text } })).toEqual(ok(null))
    expect(await change(guest, { customAttributes: { b: text } })).toEqual(err({ code: 'contact.attributes_too_large' }))
    expect(await change(guest, { name: 'Still here' })).toEqual(ok(null))
  })

  test('changes nothing any more once an agent made them one with somebody else', async () => {
    const { enter, enterProven, change, merge, visitor, write, world } = await startVisits()
    const [guest, ada] = [await enter({ name: 'Mallory' }), await enterProven('user-1', { name: 'Ada' })]
    const asked = await write(guest, 'I am Ada')
    const [base, mergee] = [(await visitor(ada)).contactId, (await visitor(guest)).contactId]
    await merge(base, mergee)
    const apart = await visitor(guest)
    expect([apart.access, apart.contactId]).toEqual(['apart', base])
    expect(await change(guest, { name: 'Changed' })).toEqual(err({ code: 'visitor.set_apart' }))
    const own = await write(ada, 'My account number is 12')
    expect((await world.queries.visitorConversations(apart)).map(({ displayId }) => displayId)).toEqual([asked])
    expect(await world.queries.visitorConversation(apart, own)).toBeUndefined()
  })

  test('hears nothing of what colleagues begin with them later', async () => {
    const { enter, enterProven, merge, visitor, startConversation, somewhere, world } = await startVisits()
    const [ada, guest] = [await enterProven('user-1'), await enter({ name: 'Mallory' })]
    const [base, mergee] = [await visitor(ada), await visitor(guest)]
    await merge(base.contactId, mergee.contactId)
    const { inboxId, contactId } = base
    const displayId = done(await startConversation({ ...somewhere, inboxId, contactId, sourceId: undefined }))
    expect(await world.queries.visitorConversation(await visitor(guest), displayId)).toBeUndefined()
    expect(await world.queries.visitorConversation(await visitor(ada), displayId)).toBeDefined()
  })
})

describe('in a conversation', () => {
  test('the customer has read what arrived until then', async () => {
    const { enter, write, sendMessage, noteReading, conversationOf, accountId, author, time } = await startVisits()
    const displayId = await write(await enter(), 'Open?')
    const say = { accountId, displayId, author, contentAttributes: {} }
    time.now += 1000
    done(await sendMessage({ ...say, content: 'Yes.', private: false }))
    done(await sendMessage({ ...say, content: 'Rude.', private: true }))
    time.now += 1000
    expect(await noteReading({ accountId, displayId })).toEqual(ok(null))
    const { messages, contactLastSeenAt } = await conversationOf(displayId)
    expect([contactLastSeenAt, messages.map(({ status }) => status)]).toEqual([time.now, ['sent', 'read', 'sent']])
    expect(await noteReading({ accountId, displayId: 99 })).toEqual(err({ code: 'conversation.unknown' }))
  })

  test('the customer chooses one of the items of a message', async () => {
    const { enter, write, sendMessage, chooseItem, conversationOf, accountId, author } = await startVisits()
    const displayId = await write(await enter(), 'Which?')
    const items = [
      { title: 'Red', value: 'r' },
      { title: 'Blue', value: 'b' },
    ]
    const choices = items.map(({ title, value }) => ({ title, payload: value }))
    const say = { accountId, displayId, author, content: 'These', contentAttributes: { items }, choices }
    const { messageId } = done(await sendMessage({ ...say, private: false }))
    const note = done(await sendMessage({ ...say, private: true }))
    for (const value of ['b', 'r']) expect(await chooseItem({ accountId, displayId, messageId, value })).toEqual(ok(messageId))
    const [asked, answered] = (await conversationOf(displayId)).messages
    expect(answered?.contentAttributes).toEqual({ items, submitted_values: [{ title: 'Red', value: 'r' }] })
    const choose = { accountId, displayId, messageId, value: 'r' }
    expect(await chooseItem({ ...choose, value: 'green' })).toEqual(err({ code: 'message.no_such_item' }))
    for (const other of [note.messageId, asked?.id ?? 0, 99])
      expect(await chooseItem({ ...choose, messageId: other })).toEqual(err({ code: 'message.unknown' }))
    expect(await chooseItem({ ...choose, displayId: 99 })).toEqual(err({ code: 'conversation.unknown' }))
  })

  test('is over, until the customer writes again', async () => {
    const { enter, write, resolveConversation, receiveMessage, conversationOf, accountId } = await startVisits()
    const displayId = await write(await enter(), 'Thanks')
    expect(await resolveConversation({ accountId, displayId })).toEqual(ok(null))
    expect((await conversationOf(displayId)).status).toBe('resolved')
    await receiveMessage({ accountId, displayId, content: 'One more', contentAttributes: {} })
    expect((await conversationOf(displayId)).status).toBe('open')
    expect(await resolveConversation({ accountId, displayId: 99 })).toEqual(err({ code: 'conversation.unknown' }))
  })
})
