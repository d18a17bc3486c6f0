import { describe, expect, test } from 'vitest'
import { createSendMessage } from '#application/messages/send-message.ts'
import type { UnitOfWork } from '#application/ports/unit-of-work.ts'
import { noTemplates } from '#domain/conversation/templates.ts'
import { change } from '../fakes/state.ts'
import { done, startBridge } from './bridge-support.ts'
import { createProvider, startDelivery } from './delivery-scene.ts'
import { happening, received, renderTemplate, uploadIds } from './support.ts'

const start = async (more: Parameters<typeof startDelivery>[1] = {}) => {
  const provider = createProvider()
  const scene = await startDelivery(provider.send, more)
  const { world, accountId, userId, sendMessage, time, work } = scene
  const displayId = await scene.meet('ann')
  const name = (text: string) =>
    world.arrange((state) => {
      for (const id of state.contacts.keys()) change(state.contacts, id, { name: text })
    })
  const say = async (content: string, changes: { private?: boolean; author?: { kind: 'agent_bot'; id: number } } = {}) => {
    const author = { kind: 'user', id: userId } as const
    const sent = await sendMessage({ accountId, displayId, author, content, private: false, contentAttributes: {}, ...changes })
    if (!sent.ok) return sent.error.code
    await work(time.now + 1000)
    return (await world.queries.message(accountId, sent.value.messageId))?.content
  }
  return { ...scene, provider, displayId, name, say }
}

describe('what an agent writes', () => {
  test('names the customer and themselves, here and at the provider', async () => {
    const { say, name, provider } = await start()
    name('ada lovelace')
    expect(await say('Hi {{ contact.first_name }}, I am {{agent.name}}.')).toBe('Hi Ada, I am Ann.')
    expect(provider.texts()).toEqual(['Hi Ada, I am Ann.'])
    expect(await say('#{{ conversation.display_id }} of {{ account.name }}', { private: true })).toBe('#1 of Shop')
    expect(await say('{{ agent.name | default: "A bot" }}', { author: { kind: 'agent_bot', id: 3 } })).toBe('A bot')
  })

  test('says what a customer is called as it is, once', async () => {
    const { say, name } = await start()
    name('{{ agent.email }}{% raw %}')
    expect(await say('Hi {{ contact.name }}!')).toBe('Hi {{ Agent.email }}{% Raw %}!')
  })

  test('addresses nobody by what stands for a name', async () => {
    const { say } = await start()
    expect(await say('Hi {{ contact.first_name | default: "there" }}!')).toBe('Hi there!')
  })

  test('is cut by what is said in the end, and has to say something', async () => {
    const { say, name, provider } = await start({ limits: { textBytes: 10 } })
    name('maximilian')
    await say('{{contact.name}} ok')
    expect(provider.texts()).toEqual(['Maximilian', 'ok'])
    expect(await say('{{ contact.email }}')).toBe('message.empty')
    expect(provider.texts()).toHaveLength(2)
  })

  test('stays as it is where it is no template, and costs nothing then', async () => {
    const { say, world, accountId, displayId, channels, time } = await start()
    expect(await say('{{ contact.name | nothing }}')).toBe('{{ contact.name | nothing }}')
    const refusing: UnitOfWork = {
      run: (work) => world.unitOfWork.run((tx) => work({ ...tx, surroundings: { read: async () => Promise.reject(new Error('asked')) } })),
    }
    const sendMessage = createSendMessage({ channels, renderTemplate, uploadIds, unitOfWork: refusing, clock: { now: () => time.now } })
    const send = (content: string) =>
      sendMessage({ accountId, displayId, author: { kind: 'user', id: 1 }, content, private: false, contentAttributes: {} })
    expect(await send('{ contact.name } 100 %}')).toMatchObject({ ok: true })
    await expect(send('{{ contact.name }}')).rejects.toThrow('asked')
  })
})

describe('what an inbox answers by itself', () => {
  const greeting = async (greetingMessage: string) => {
    const { world, receive, time, accountId, inboxId, provider, work } = await start()
    world.arrange((state) => change(state.inboxes, inboxId, { templates: { ...noTemplates, greetingEnabled: true, greetingMessage } }))
    await receive(happening({ kind: 'message-received', payload: received('mid-bob', 'I am {{ agent.name }}') }, time.now, 'bob'))
    await work(time.now + 1000)
    const said = [...world.state().messages.values()].filter((message) => message.accountId === accountId)
    return {
      texts: provider.texts(),
      customer: said.find(({ type, content }) => type === 'incoming' && content?.startsWith('I am'))?.content,
    }
  }

  test('names the inbox, and no customer of whom nothing is known', async () => {
    const { texts, customer } = await greeting('Hi {{ contact.name | default: "you" }}, {{ inbox.name }} here{{ agent.name }}.')
    expect([texts, customer]).toEqual([['Hi you, Shop here.'], 'I am {{ agent.name }}'])
  })

  test('is not said where nothing is left of it', async () => {
    expect((await greeting('{% if contact.email %}We have your address.{% endif %}')).texts).toEqual([])
  })
})

test('the first message of a conversation that is started names the customer; what customers write names nothing', async () => {
  const { startConversation, somewhere, createContact, contact, author, bridgeInboxId, conversationOf } = await startBridge()
  const { contactId } = done(await createContact(contact))
  const started = (content: string, type: 'outgoing' | 'incoming') =>
    startConversation({
      ...{ ...somewhere, inboxId: bridgeInboxId, contactId },
      message: { type, content, author, private: false, contentAttributes: {} },
    })
  const first = done(await started('Welcome, {{ contact.name }}.', 'outgoing'))
  expect((await conversationOf(first)).messages.map(({ content }) => content)).toEqual(['Welcome, Ada.'])
  const second = done(await started('I say {{ contact.name }}.', 'incoming'))
  expect((await conversationOf(second)).messages.map(({ content }) => content)).toEqual(['I say {{ contact.name }}.'])
  expect(await started('{{ contact.email }}', 'outgoing')).toMatchObject({ ok: false, error: { code: 'message.empty' } })
})
