import { expect, test } from 'vitest'
import { clientConversationJson, contactRecordJson, visitorJson } from '#adapters/http/views/client.ts'
import { mayEnter } from '#domain/contact/visitor.ts'
import { fc } from '../support/properties.ts'
import { done } from './bridge-support.ts'
import { startVisits } from './visitor-support.ts'

/** What somebody who is after a person may well know of them. */
const known = { identifier: 'user-1', email: 'ada@x.test' }

/** What only they and the shop know. */
const secrets = ['CANARY', '+4917612345678']

const victim = { name: 'CANARY Ada', email: known.email, phoneNumber: '+4917612345678', customAttributes: { note: 'CANARY' } }

const orNothing = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined, freq: 2 })

/** What is refused more often than not. */
const seldom = <T>(value: fc.Arbitrary<T>) => fc.oneof({ weight: 4, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: value })

const described = {
  name: orNothing(fc.constantFrom('Eve', 'Mallory')),
  email: orNothing(fc.constantFrom(known.email, 'eve@x.test', 'ADA@x.test')),
  phoneNumber: orNothing(fc.constantFrom('+4930111', '+4930222')),
  identifier: orNothing(fc.constantFrom(known.identifier, 'user-2', 'USER-1')),
  identifierHash: seldom(fc.constantFrom('0'.repeat(64), 'x')),
}

const which = { key: fc.nat(20) }

const call = fc.oneof(
  fc.record({ does: fc.constant('introduce' as const), sourceId: seldom(fc.constantFrom('user-1', 'crm-1', '1', '')), ...described }),
  fc.record({ does: fc.constant('change' as const), ...which, ...described }),
  fc.record({ does: fc.constant('write' as const), ...which }),
  fc.record({ does: fc.constant('resolve' as const), ...which, displayId: fc.integer({ min: 1, max: 6 }) }),
  fc.record({
    does: fc.constant('choose' as const),
    ...which,
    displayId: fc.integer({ min: 1, max: 6 }),
    messageId: fc.integer({ min: 1, max: 60 }),
  }),
  // Not theirs: an agent takes somebody for the person, or an administrator has identities asked for.
  fc.record({ does: fc.constant('merge' as const), ...which }),
  fc.record({ does: fc.constant('demand' as const), isOn: fc.boolean() }),
)

/** A person who proved who they are, with a conversation, and one whom the shop's software knows under a name that can be guessed. */
const start = async () => {
  const shop = await startVisits()
  const { enterProven, write, sendMessage, accountId, author, createContact, contact, startConversation, somewhere, world, visitor } = shop
  const own = await enterProven(known.identifier, victim)
  const displayId = await write(own, 'CANARY question')
  const items = [{ title: 'CANARY red', value: 'r' }]
  const said = { accountId, displayId, author, content: 'CANARY answer', contentAttributes: { items }, private: false }
  done(await sendMessage({ ...said, choices: [{ title: 'CANARY red', payload: 'r' }] }))
  const { contactId } = done(await createContact({ ...contact, name: 'CANARY Bo', sourceId: 'crm-1' }))
  const talk = done(await startConversation({ ...somewhere, contactId }))
  const theirs = async () => {
    const person = await visitor(own)
    const row = await world.queries.contact(accountId, person.contactId)
    const conversations = [await shop.conversationOf(displayId), await shop.conversationOf(talk)]
    const contact = row && { id: row.id, name: row.name, email: row.email, phoneNumber: row.phoneNumber, identifier: row.identifier }
    return {
      contact,
      access: person.access,
      conversations: conversations.map(({ status, contactLastSeenAt, contactInbox, messages }) => ({
        ...{ status, contactLastSeenAt, contactInbox },
        messages: messages.map(({ content, status, contentAttributes }) => ({ content, status, contentAttributes })),
      })),
    }
  }
  return { ...shop, own, displayId, talk, theirs, contactId: (await visitor(own)).contactId }
}

type Scene = Awaited<ReturnType<typeof start>>

/** Everything that the holders of these keys are shown. */
const shownTo = async ({ world, visitor, inbox }: Scene, keys: readonly string[]): Promise<string> => {
  const { hmacMandatory } = await inbox()
  const shown: object[] = []
  for (const key of keys) {
    const who = await visitor(key)
    if (!mayEnter(who.access, hmacMandatory)) continue
    const conversations = await world.queries.visitorConversations(who)
    const single = await Promise.all([1, 2, 3, 4, 5, 6].map((displayId) => world.queries.visitorConversation(who, displayId)))
    const all = [...conversations, ...single.flatMap((each) => each ?? [])]
    shown.push(visitorJson(who), contactRecordJson(who), ...all.map((each) => clientConversationJson(each, who, () => '')))
  }
  return JSON.stringify(shown)
}

/** What a route does before anything else: the conversation has to be the visitor's. */
const opens = async ({ world, visitor, inbox }: Scene, key: string, displayId: number): Promise<boolean> => {
  const who = await visitor(key)
  return mayEnter(who.access, (await inbox()).hmacMandatory) && (await world.queries.visitorConversation(who, displayId)) !== undefined
}

type Call = typeof call extends fc.Arbitrary<infer Each> ? Each : never

/** A key of theirs, where it lets them in. */
const keyOf = async ({ visitor, inbox }: Scene, keys: readonly string[], n: number): Promise<string | undefined> => {
  const key = keys[n % Math.max(1, keys.length)]
  return key !== undefined && mayEnter((await visitor(key)).access, (await inbox()).hmacMandatory) ? key : undefined
}

const act = async (scene: Scene, keys: string[], asked: Call): Promise<void> => {
  const { introduce, change, write, merge, demand, visitor, resolveConversation, chooseItem, accountId, contactId } = scene
  if (asked.does === 'demand') return void (await demand(asked.isOn))
  if (asked.does === 'introduce') {
    const { does: _, ...said } = asked
    const entered = await introduce(said)
    if (entered.ok) keys.push(entered.value.sourceId)
    return
  }
  const key = await keyOf(scene, keys, asked.key)
  if (key === undefined) return
  if (asked.does === 'write') return void (await write(key, 'from nobody known'))
  if (asked.does === 'change') {
    const { does: _, key: __, ...said } = asked
    return void (await change(key, said))
  }
  if (asked.does === 'merge') {
    const other = (await visitor(key)).contactId
    if (other !== contactId) await merge(contactId, other)
    return
  }
  const { displayId } = asked
  if (!(await opens(scene, key, displayId))) return
  if (asked.does === 'resolve') await resolveConversation({ accountId, displayId })
  else await chooseItem({ accountId, displayId, messageId: asked.messageId, value: 'r' })
}

test('whatever people do who prove nothing, they see and change nothing of a person who did, or whom the shop’s software knows', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(call, { minLength: 1, maxLength: 14 }), async (calls) => {
      const scene = await start()
      const before = await scene.theirs()
      const keys: string[] = []
      for (const each of calls) {
        await act(scene, keys, each)
        const shown = await shownTo(scene, keys)
        expect(secrets.filter((secret) => shown.includes(secret))).toEqual([])
        expect(keys).not.toContain(scene.own)
      }
      expect(await scene.theirs()).toEqual(before)
    }),
    { numRuns: 120 },
  )
})

test('of which the person themselves sees everything', async () => {
  const scene = await start()
  const shown = await shownTo(scene, [scene.own])
  for (const word of [...secrets, 'CANARY question', 'CANARY answer']) expect(shown).toContain(word)
  expect(shown).not.toContain('CANARY Bo')
})
