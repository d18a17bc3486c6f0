import { expect, test } from 'vitest'
import { minutes } from '#domain/shared/instant.ts'
import { ok } from '#domain/shared/result.ts'
import { change } from '../fakes/state.ts'
import { Crash, createProvider, type Delivery, startDelivery, windowOf } from './delivery-scene.ts'
import { mortal } from './mortal.ts'

/** Runs all deliveries that are due at the same moment, as the worker of one process does. */
const deliverAll = async ({ world, deliverConversation }: Delivery) => {
  const orders = [...world.state().jobs].flatMap(([id, { job, state }]) =>
    state === 'waiting' && job.name === 'deliver-conversation' ? [{ id, payload: job.payload }] : [],
  )
  world.arrange((state) => {
    for (const { id } of orders) change(state.jobs, id, { state: 'begun' })
  })
  return Promise.allSettled(orders.map(({ payload }) => deliverConversation(payload)))
}

const contacts = ['ann', 'bob', 'eve']

const writeToAll = async ({ meet, say }: Delivery): Promise<number[]> => {
  const ids: number[] = []
  for (const contact of contacts) {
    const conversation = await meet(contact)
    for (const n of [1, 2]) ids.push(await say(conversation, `${contact} ${n}`))
  }
  return ids
}

/** A process in which three conversations are delivered side by side, which dies at one line with all of them, and a second one. */
const play = async (fatal: number) => {
  const process = { armed: false, dead: false, passed: 0 }
  const pass = async (): Promise<void> => {
    if (!process.armed) return
    if (process.dead || process.passed++ === fatal) {
      process.dead = true
      throw new Crash('The process died.')
    }
  }
  const provider = createProvider()
  const scene = await startDelivery(
    async (part, access) => {
      await pass()
      const answer = await provider.send(part, access)
      await pass()
      return answer
    },
    { findSent: async (_access, { text }) => ok(provider.taken.filter((each) => each.text === text).map(({ mid }) => mid)) },
    mortal(pass),
  )
  const ids = await writeToAll(scene)
  const begun = scene.time.now
  process.armed = true
  await deliverAll(scene)
  process.armed = false
  await scene.wakeDeliveries()
  await scene.work(begun + minutes(2))
  await scene.wakeDeliveries()
  await scene.work(begun + minutes(30))
  return { ...scene, provider, ids, passed: process.passed }
}

test('a process that dies with all that it delivers, at any line, neither doubles nor loses a message of any conversation', async () => {
  const whole = await play(-1)
  expect(whole.provider.texts().toSorted()).toEqual(contacts.flatMap((contact) => [`${contact} 1`, `${contact} 2`]))
  expect(whole.passed).toBeGreaterThan(15)
  for (let fatal = 0; fatal < whole.passed; fatal++) {
    const { provider, world, ids, standing } = await play(fatal)
    const texts = provider.texts()
    expect(new Set(texts).size, `line ${fatal}: ${texts}`).toBe(texts.length)
    const { parts } = world.state()
    for (const part of [...parts.values()].filter(({ messageId }) => ids.includes(messageId))) {
      const arrived = provider.taken.find(({ text }) => text === part.content)
      const expected = arrived ? ['accepted', arrived.mid, 'sent'] : ['uncertain', null, 'failed']
      expect([part.state, part.externalId, standing(part.messageId).status], `line ${fatal}: ${part.content}`).toEqual(expected)
    }
  }
})

test('a conversation whose rows cannot be written holds up no other one that is delivered with it', async () => {
  const provider = createProvider()
  const scene = await startDelivery(provider.send, {}, (unitOfWork) => ({
    run: (work) =>
      unitOfWork.run((tx) => {
        const saveParts: typeof tx.messages.saveParts = async (parts) => {
          if (parts.some(({ part }) => part.content === 'bob 1')) throw new Error('A row that nobody can write.')
          await tx.messages.saveParts(parts)
        }
        return work({ ...tx, messages: { ...tx.messages, saveParts } })
      }),
  }))
  await writeToAll(scene)
  const outcomes = (await deliverAll(scene)).map(({ status }) => status)
  expect(outcomes).toEqual(['fulfilled', 'rejected', 'fulfilled'])
  expect(provider.texts().toSorted()).toEqual(['ann 1', 'ann 2', 'eve 1', 'eve 2'])
})

test('two that deliver the same conversation in one transaction claim a part once', async () => {
  const provider = createProvider()
  const scene = await startDelivery(provider.send)
  const ids = await writeToAll(scene)
  const [conversation] = [...scene.world.state().conversations.values()]
  const order = { accountId: scene.accountId, inboxId: scene.inboxId, conversationId: conversation?.id ?? 0 }
  await Promise.all([scene.deliverConversation(order), scene.deliverConversation(order)])
  expect(provider.texts()).toEqual(['ann 1', 'ann 2'])
  expect(ids.slice(0, 2).map((id) => scene.standing(id).state)).toEqual(['accepted', 'accepted'])
})

test('answers that are written at the same moment are written in their order, and a no is only for the one that it is about', async () => {
  const provider = createProvider()
  const scene = await startDelivery(provider.send, windowOf(minutes(60)))
  const late = await scene.meet('late')
  scene.time.now += minutes(61)
  const [ann, bob] = [await scene.meet('ann'), await scene.meet('bob')]
  const { accountId, sendMessage, world, time } = scene
  const author = { kind: 'user', id: 1 } as const
  const write = (displayId: number, content: string, more: { readonly private?: boolean } = {}) =>
    sendMessage({ accountId, displayId, author, content, private: false, contentAttributes: {}, ...more })
  const outcomes = await Promise.all([
    write(ann, 'one'),
    write(bob, 'hello'),
    write(late, 'too late'),
    write(987, 'to nobody'),
    write(ann, 'a note', { private: true }),
    write(ann, 'two'),
  ])
  expect(outcomes.map((outcome) => (outcome.ok ? 'written' : outcome.error.code))).toEqual([
    'written',
    'written',
    'message.outside_window',
    'conversation.unknown',
    'written',
    'written',
  ])
  const { messages, conversations } = world.state()
  const contents = [...messages.values()].filter(({ type }) => type === 'outgoing').map(({ content }) => content)
  expect(contents).toEqual(['one', 'hello', 'a note', 'two'])
  expect(outcomes.flatMap((outcome) => (outcome.ok ? (messages.get(outcome.value.messageId)?.content ?? '') : []))).toEqual(contents)
  const answered = [...conversations.values()].filter(({ displayId }) => [ann, bob].includes(displayId))
  for (const { firstReplyAt, waitingSince } of answered) expect([firstReplyAt, waitingSince]).toEqual([time.now, null])
  await scene.work(time.now)
  expect(provider.texts().toSorted()).toEqual(['hello', 'one', 'two'])
})
