import { createHmac } from 'node:crypto'
import { expect, test } from 'vitest'
import { createNodeMac } from '#adapters/crypto/node-mac.ts'
import { secretContext } from '#application/ports/inbox-secrets.ts'
import type { MessageRange } from '#application/ports/queries.ts'
import type { Tx } from '#application/ports/unit-of-work.ts'
import type { VisitorView } from '#application/ports/visitors.ts'
import { createIntroduceVisitor } from '#application/visitors/introduce-visitor.ts'
import type { ClientAccess } from '#domain/contact/visitor.ts'
import { openVault } from '../application/support.ts'
import { commit, detailsBy, fresh, incoming, meet, newConversation, noon, openOffice, outgoing } from './scenario.ts'
import { type OpenSubject, shared } from './subject.ts'

export const visitorsContract = (open: OpenSubject): void => {
  const subject = shared(open)
  const run = <T>(work: (tx: Tx) => Promise<T>): Promise<T> => commit(subject().unitOfWork, work)

  /** An account with an inbox of its own software, and another one beside it. */
  const openShop = async () => {
    const office = await openOffice(subject())
    const { accountId, userId } = office
    const insert = async (channelKey: string) => {
      const inbox = { accountId, name: 'Our app', at: noon, channel: 'api', channelKey }
      return (await run((tx) => tx.inboxes.insert(inbox, detailsBy(userId)))) ?? 0
    }
    const identifier = fresh('identifier')
    return { ...office, identifier, inboxId: await insert(identifier), other: await insert(fresh('identifier')) }
  }

  type Shop = Awaited<ReturnType<typeof openShop>>

  /** Somebody of that shop who is known by one more source id; answers them as the app sees them. */
  const enter = async ({ accountId, inboxId }: Shop, contactId: number, clientAccess: ClientAccess | null): Promise<VisitorView> => {
    const sourceId = fresh('key')
    await run((tx) => tx.contacts.enter({ accountId, inboxId, contactId, sourceId, clientAccess, at: noon }))
    const visitor = await subject().queries.visitor({ accountId, inboxId }, sourceId)
    if (!visitor) throw new Error('They have just entered.')
    return visitor
  }

  const talk = async ({ accountId, contactInboxId }: Pick<VisitorView, 'accountId' | 'contactInboxId'>) =>
    run(async (tx) => {
      const someone = await tx.contacts.contactInbox(accountId, contactInboxId)
      const [conversation] = await tx.conversations.insert([newConversation(someone!)])
      return conversation!
    })

  test('an inbox is found by its identifier, in channels of which that is asked, until it is disconnected', async () => {
    const shop = await openShop()
    const { accountId, inboxId, identifier } = shop
    const find = (channels: readonly string[], text = identifier) => subject().queries.clientInbox(channels, text)
    const view = { accountId, inboxId, identifier, name: 'Our app', templates: null, hmacMandatory: false }
    expect(await find(['api', 'x'])).toEqual(view)
    expect([await find([]), await find(['instagram']), await find(['api'], 'no one')]).toEqual([undefined, undefined, undefined])
    expect(await find(['api', 'instagram'], shop.channelKey)).toMatchObject({ name: expect.stringContaining('inbox') })
    const settings = await run((tx) => tx.inboxes.settings(accountId, inboxId))
    await run((tx) => tx.inboxes.saveSettings(accountId, inboxId, { ...settings!, hmacMandatory: true }))
    expect(await find(['api'])).toMatchObject({ hmacMandatory: true, templates: { greetingEnabled: false } })
    await run((tx) => tx.inboxes.setState(inboxId, 'disconnected'))
    expect(await find(['api'])).toBeUndefined()
  })

  test('somebody is found by a source id that opens something, in that inbox alone', async () => {
    const [shop, foreign] = [await openShop(), await openShop()]
    const { accountId, inboxId, other } = shop
    const { contactId } = await meet(subject(), shop, 'plain')
    const guest = await enter(shop, contactId, 'guest')
    expect(guest).toEqual({
      ...{ accountId, inboxId, contactId, contactInboxId: expect.any(Number), access: 'guest', sourceId: guest.sourceId },
      contact: {
        ...{ name: expect.stringContaining('plain'), email: null, phoneNumber: null, identifier: null },
        ...{ additionalAttributes: {}, createdAt: noon },
      },
    })
    const find = (where: { accountId: number; inboxId: number }, sourceId = guest.sourceId) => subject().queries.visitor(where, sourceId)
    expect(await find(shop, 'plain')).toBeUndefined()
    for (const where of [{ accountId, inboxId: other }, foreign, { accountId: foreign.accountId, inboxId }])
      expect(await find(where)).toBeUndefined()
    await run((tx) => tx.erasures.begin(accountId, contactId, noon))
    expect(await find(shop)).toBeUndefined()
    expect(await subject().queries.visitorConversations(guest)).toEqual([])
  })

  test('whoever proved nothing sees the conversations of their source id, whoever did all of the contact in the inbox', async () => {
    const [shop, foreign] = [await openShop(), await openShop()]
    const { contactId } = await meet(subject(), shop)
    const stranger = await enter(foreign, (await meet(subject(), foreign)).contactId, 'proven')
    const [guest, proven] = [await enter(shop, contactId, 'guest'), await enter(shop, contactId, 'proven')]
    const elsewhere = await enter({ ...shop, inboxId: shop.other }, contactId, 'known')
    const talks = { guest: await talk(guest), proven: await talk(proven), elsewhere: await talk(elsewhere), stranger: await talk(stranger) }
    const see = async (who: VisitorView) => {
      const listed = await subject().queries.visitorConversations(who)
      for (const each of listed) expect(await subject().queries.visitorConversation(who, each.displayId)).toEqual(each)
      for (const each of Object.values(talks))
        expect(await subject().queries.hasConversation(who, each.displayId)).toBe(
          listed.some(({ displayId }) => displayId === each.displayId),
        )
      return listed.map(({ id }) => id)
    }
    expect([await see(guest), await see(proven), await see(elsewhere), await see(stranger)]).toEqual([
      ...[[talks.guest.id], [talks.proven.id, talks.guest.id], [talks.elsewhere.id], [talks.stranger.id]],
    ])
    for (const who of [guest, stranger])
      expect(await subject().queries.visitorConversation(who, talks.proven.displayId + 1)).toBeUndefined()
    expect(await subject().queries.visitorConversation(guest, talks.proven.displayId)).toBeUndefined()
  })

  test('a conversation has the newest 20 messages that customers may see, oldest first', async () => {
    const shop = await openShop()
    const { accountId, inboxId } = shop
    const guest = await enter(shop, (await meet(subject(), shop)).contactId, 'guest')
    const [conversation, silent] = [await talk(guest), await talk(guest)]
    const ids = await run((tx) =>
      tx.messages.insert([
        ...Array.from({ length: 21 }, (_, n) => incoming(conversation, noon + n)),
        outgoing(conversation, noon + 30, { private: true }),
        outgoing(conversation, noon + 31, { type: 'activity', author: 'system' }),
      ]),
    )
    await run((tx) => tx.conversations.saveActivity([{ ...conversation, readUntil: noon + 5 }]))
    await subject().markSeen(conversation.id, noon + 7)
    const [quiet, shown] = await subject().queries.visitorConversations(guest)
    expect(quiet).toMatchObject({ id: silent.id, messages: [] })
    const { messages, ...about } = shown!
    expect(about).toEqual({
      ...{
        id: conversation.id,
        displayId: conversation.displayId,
        uuid: expect.stringMatching(/^[0-9a-f-]{36}$/),
        inboxId,
        status: 'open',
      },
      ...{ contactLastSeenAt: noon + 5, agentLastSeenAt: noon + 7 },
    })
    expect(messages.map(({ id }) => id)).toEqual(ids.slice(1, 21))
    expect(messages[0]).toEqual(await subject().queries.message(accountId, ids[1]!))
  })

  test('messages are read back and forth without notes and what happened to the conversation, wherever a page begins', async () => {
    const shop = await openShop()
    const [guest, other] = [
      await enter(shop, (await meet(subject(), shop)).contactId, 'guest'),
      await enter(shop, (await meet(subject(), shop)).contactId, 'guest'),
    ]
    const conversation = await talk(guest)
    const insert = (...messages: Parameters<Tx['messages']['insert']>[0]) => run((tx) => tx.messages.insert(messages))
    const [first, note, activity, last, template] = await insert(
      incoming(conversation, noon),
      outgoing(conversation, noon + 1, { private: true }),
      outgoing(conversation, noon + 2, { type: 'activity', author: 'system' }),
      outgoing(conversation, noon + 3),
      outgoing(conversation, noon + 4, { type: 'template', author: 'system' }),
    )
    const read = async (range: MessageRange = {}, who = guest) =>
      (await subject().queries.visitorMessages(who, conversation.displayId, range)).map(({ id }) => id)
    expect([await read(), await read({}, other)]).toEqual([[first, last, template], []])
    expect([await read({ before: activity! }), await read({ after: note! })]).toEqual([[first], [last, template]])
    const notes = await insert(...Array.from({ length: 25 }, (_, n) => outgoing(conversation, noon + 10 + n, { private: true })))
    expect(await read()).toEqual([first, last, template])
    expect(await read({ before: notes[20]!, after: first! })).toEqual([last, template])
    const [foreign] = await insert(incoming(await talk(other), noon))
    expect([await read({ before: foreign! }), await read({ after: foreign! })]).toEqual([[], []])
  })

  test('10 who prove the same identity at once are one contact, with what was said last', async () => {
    const shop = await openShop()
    const { accountId, inboxId } = shop
    const sealed = await openVault.seal('secret', secretContext('hmac', { inboxId, channel: 'api', channelKey: '' }))
    await run((tx) => tx.inboxSecrets.keep({ accountId, inboxId, kind: 'hmac' }, sealed))
    const introduce = createIntroduceVisitor({
      ...{ unitOfWork: subject().unitOfWork, vault: openVault, mac: createNodeMac() },
      ...{ drawKey: () => fresh('drawn'), clock: { now: () => noon } },
    })
    const identifier = fresh('user')
    const identifierHash = createHmac('sha256', 'secret').update(identifier).digest('hex')
    const silent = { sourceId: undefined, phoneNumber: undefined, avatarUrl: undefined, customAttributes: undefined }
    const inbox = { accountId, inboxId, hmacMandatory: true }
    const one = (n: number) => introduce({ inbox, identifier, identifierHash, name: `Ada ${n}`, email: `${identifier}@x.test`, ...silent })
    const entered = await Promise.all(Array.from({ length: 10 }, (_, n) => one(n)))
    const keys = entered.flatMap((answer) => (answer.ok ? [answer.value.sourceId] : []))
    expect(keys).toHaveLength(10)
    const people = await Promise.all(keys.map((key) => subject().queries.visitor(shop, key)))
    expect(new Set(people.map((each) => each?.contactId)).size).toBe(1)
    expect((await subject().queries.contacts(accountId, 1)).page).toMatchObject([{ identifier, email: `${identifier}@x.test` }])
  })

  test('10 who say the same e-mail address of themselves at once are ten, and one has it', async () => {
    const { accountId, inboxId } = await openShop()
    const introduce = createIntroduceVisitor({
      ...{ unitOfWork: subject().unitOfWork, vault: openVault, mac: createNodeMac() },
      ...{ drawKey: () => fresh('drawn'), clock: { now: () => noon } },
    })
    const nothing = {
      identifier: undefined,
      identifierHash: undefined,
      sourceId: undefined,
      avatarUrl: undefined,
      customAttributes: undefined,
    }
    const said = { ...nothing, name: 'Ada', email: 'ada@x.test', phoneNumber: '+4930111' }
    const inbox = { accountId, inboxId, hmacMandatory: false }
    const entered = await Promise.all(Array.from({ length: 10 }, () => introduce({ inbox, ...said })))
    expect(entered.every(({ ok }) => ok)).toBe(true)
    const { count, page } = await subject().queries.contacts(accountId, 1)
    const having = (what: 'email' | 'phoneNumber') => page.filter((contact) => contact[what] !== null).length
    expect([count, having('email'), having('phoneNumber')]).toEqual([10, 1, 1])
  })

  test('conversations come newest first, 20 a time', async () => {
    const shop = await openShop()
    const guest = await enter(shop, (await meet(subject(), shop)).contactId, 'guest')
    const someone = await run((tx) => tx.contacts.contactInbox(shop.accountId, guest.contactInboxId))
    const made = await run((tx) => tx.conversations.insert(Array.from({ length: 23 }, () => newConversation(someone!))))
    const numbers = made.map(({ displayId }) => displayId).toSorted((a, b) => b - a)
    const page = async (before?: number) => (await subject().queries.visitorConversations(guest, before)).map(({ displayId }) => displayId)
    expect([await page(), await page(numbers[19])]).toEqual([numbers.slice(0, 20), numbers.slice(20)])
  })
}
