import { describe, expect, test } from 'vitest'
import { createSeeConversation } from '#application/conversations/see-conversation.ts'
import { createShowTyping } from '#application/conversations/show-typing.ts'
import { createOpenAccess } from '#application/inboxes/open-access.ts'
import { createReportRefusal } from '#application/inboxes/report-refusal.ts'
import { createReactToMessage } from '#application/messages/react-to-message.ts'
import type { Channel, ChannelError } from '#application/ports/channel.ts'
import type { ChannelAction } from '#application/ports/outgoing.ts'
import { hours, seconds } from '#domain/shared/instant.ts'
import { err, ok } from '#domain/shared/result.ts'
import { createProvider, startDelivery, windowOf } from './delivery-scene.ts'
import { happening, openVault, received } from './support.ts'

const failure = (code: 'unavailable' | 'unauthorized' | 'rate_limited'): ChannelError => ({
  code: `channel.${code}`,
  detail: { message: 'No.', outage: true },
})

/** A shop in which `ann` has written `mid-ann`; what the provider was asked to do, and what it answers. */
const start = async (more: Partial<Channel> = {}) => {
  const [done, answers]: [(ChannelAction & { recipient: string })[], (ChannelError | null)[]] = [[], []]
  const act: NonNullable<Channel['act']> = async (_access, recipient, action) => {
    done.push({ ...action, recipient })
    const error = answers.shift()
    return error ? err(error) : ok(null)
  }
  const waits: number[] = []
  const provider = createProvider()
  const scene = await startDelivery(provider.send, { act, ...windowOf(hours(24)), ...more })
  const { world, time, channels, accountId } = scene
  const clock = { now: () => time.now }
  const waitUntil = async (at: number): Promise<void> => void waits.push(at - time.now)
  const openAccess = createOpenAccess({ unitOfWork: world.unitOfWork, vault: openVault, clock })
  const reportRefusal = createReportRefusal({ unitOfWork: world.unitOfWork, clock })
  const all = { channels, queries: world.queries, unitOfWork: world.unitOfWork, openAccess, reportRefusal, clock, waitUntil }
  const displayId = await scene.meet('ann')
  const [showTyping, reactToMessage] = [createShowTyping(all), createReactToMessage(all)]
  const type = (isOn: boolean) => showTyping({ accountId, displayId, isOn, userId: scene.userId })
  const seeConversation = createSeeConversation(all)
  const see = (id = displayId) => seeConversation({ accountId, displayId: id, userId: scene.userId })
  const [first] = [...world.state().messages.keys()]
  const react = (emoji: string | null, messageId = first ?? 0) => reactToMessage({ accountId, displayId, messageId, emoji })
  const reactions = () => world.state().messages.get(first ?? 0)?.contentAttributes.reactions
  return { ...scene, done, answers, waits, provider, showTyping, type, see, react, reactions, displayId }
}

describe('typing', () => {
  test('is shown to the customer, as often as is good', async () => {
    const { type, done, time } = await start()
    await type(true)
    await type(true)
    time.now += seconds(10)
    await type(true)
    time.now += seconds(2)
    await type(false)
    await type(false)
    expect(done).toEqual([true, true, false].map((isOn) => ({ kind: 'typing', isOn, recipient: 'ann' })))
  })

  test('that fails disturbs nothing: no message, no connection, no gate', async () => {
    const { type, answers, say, work, displayId, provider, time, world } = await start()
    for (const code of [
      'unauthorized',
      'unavailable',
      'rate_limited',
      'unavailable',
      'unavailable',
      'unavailable',
      'unavailable',
    ] as const) {
      answers.push(failure(code))
      expect(await type(true)).toEqual(ok(null))
      time.now += seconds(10)
    }
    expect(answers).toEqual([])
    expect([...world.state().gates.values()]).toEqual([])
    await say(displayId, 'here I am')
    await work(time.now + seconds(1))
    expect(provider.texts()).toEqual(['here I am'])
  })

  test('is not shown where nobody may write, and not where the provider rests', async () => {
    const { type, done, time, world, inboxId } = await start()
    const shut = { until: time.now + seconds(5), because: 'asked' } as const
    world.arrange((state) => state.gates.set(`inbox:${inboxId}`, { failures: 1, shut }))
    await type(true)
    world.arrange((state) => state.gates.clear())
    time.now += hours(24)
    await type(true)
    expect(done).toEqual([])
  })

  test('is taken and left where a channel shows none, and needs a conversation', async () => {
    const { type, showTyping, accountId, userId, channels, done } = await start()
    const { act: _, ...silent } = channels.get('test') as Channel
    channels.set('test', silent)
    expect(await type(true)).toEqual(ok(null))
    expect(await showTyping({ accountId, displayId: 99, isOn: true, userId })).toEqual(err({ code: 'conversation.unknown' }))
    expect(done).toEqual([])
  })
})

describe('what the customer wrote is read', () => {
  test('here, and at the provider where there was something to read', async () => {
    const { see, done, world, receive, time } = await start()
    await see()
    await see()
    expect(done).toEqual([{ kind: 'seen', recipient: 'ann' }])
    expect([...world.state().conversations.values()][0]).toMatchObject({ agentLastSeenAt: time.now, assigneeLastSeenAt: null })
    time.now += seconds(1)
    await receive(happening({ kind: 'message-received', payload: received('mid-2', 'And?') }, time.now, 'ann'))
    time.now += seconds(1)
    await see()
    expect(done).toHaveLength(2)
  })

  test('here whatever the provider says of it', async () => {
    const { see, answers, world, displayId, accountId } = await start()
    answers.push(failure('unauthorized'))
    expect(await see()).toEqual(ok(null))
    expect((await world.queries.conversation(accountId, displayId))?.unreadCount).toBe(0)
    expect([...world.state().connections.values()][0]?.state).toBe('connected')
    expect(await see(99)).toEqual(err({ code: 'conversation.unknown' }))
  })
})

describe('the business reacts', () => {
  test('at the provider first, and then it is shown; one reaction, changed and taken back', async () => {
    const { react, reactions, done, time } = await start()
    await react('❤️')
    time.now += 1000
    await react('👍')
    expect(reactions()).toEqual([{ emoji: '👍', sender: 'business', at: time.now / 1000 }])
    time.now += 1000
    await react(null)
    expect(reactions()).toEqual([])
    const to = 'hello of ann'
    expect(done).toEqual(['❤️', '👍', null].map((emoji) => ({ kind: 'reaction', to, emoji, recipient: 'ann' })))
  })

  test('the customer’s own reaction stays', async () => {
    const { react, reactions, receive, time } = await start()
    const payload = { externalId: 'hello of ann', emoji: '😂', by: 'contact' } as const
    await receive(happening({ kind: 'reaction-changed', payload }, time.now, 'ann'))
    await react('❤️')
    expect(reactions()).toMatchObject([{ sender: 'contact' }, { sender: 'business' }])
  })

  test.each([
    [
      { code: 'channel.rejected', class: 'invalid', detail: { message: 'It was deleted.' } },
      { code: 'reaction.refused', message: 'It was deleted.' },
    ],
    [failure('unavailable'), { code: 'reaction.not_now' }],
    [failure('rate_limited'), { code: 'reaction.not_now' }],
    [failure('unauthorized'), { code: 'inbox.disconnected' }],
  ] as const)('%o is told, and nothing is shown', async (answer, error) => {
    const { react, reactions, answers, world } = await start()
    answers.push(answer)
    expect(await react('❤️')).toEqual(err(error))
    expect(reactions()).toBeUndefined()
    const [connection] = [...world.state().connections.values()]
    expect(connection?.state).toBe(answer.code === 'channel.unauthorized' ? 'reauthorization_required' : 'connected')
    if (answer.code === 'channel.rate_limited' || answer.code === 'channel.unauthorized') expect(await react('❤️')).toEqual(err(error))
  })

  test('only to what the provider knows, in this conversation', async () => {
    const { react, say, displayId, receive, meet, time, world, done } = await start()
    expect(await react('❤️', await say(displayId, 'not sent yet'))).toEqual(err({ code: 'reaction.unsupported' }))
    await meet('bob')
    await receive(happening({ kind: 'message-received', payload: received('mid-bob', 'Hi') }, time.now, 'bob'))
    const [other] = [...world.state().parts.values()].filter(({ externalId }) => externalId === 'mid-bob')
    expect(await react('❤️', other?.messageId)).toEqual(err({ code: 'message.unknown' }))
    expect(done).toEqual([])
  })
})

describe('an account that may be called four times a second', () => {
  const busy = () => start({ rates: async () => ({ texts: 4, media: 4, reads: 4 }) })

  test('reacts in its turn, within a second or not now', async () => {
    const { react, waits, done } = await busy()
    const reacted = await Promise.all(['❤️', '👍', '😂', '😮', '😢'].map((emoji) => react(emoji)))
    expect(reacted.map(({ ok }) => ok)).toEqual([true, true, true, true, false])
    expect(reacted.at(-1)).toEqual(err({ code: 'reaction.not_now' }))
    expect(waits.map((wait) => Math.round(wait / 10) * 10)).toEqual([270, 540, 810])
    expect(done).toHaveLength(4)
  })

  test('shows no typing and nothing as seen while its calls are used up, and does so when it may again', async () => {
    const { react, see, type, done, time, world } = await busy()
    await react('❤️')
    await type(true)
    await see()
    expect(done).toHaveLength(1)
    expect(world.state().typingNotices.size).toBe(0)
    expect([...world.state().paces.values()].map(({ lineUntil }) => lineUntil)).toEqual([0])
    time.now += seconds(1)
    await type(true)
    expect(done.at(-1)).toMatchObject({ kind: 'typing', isOn: true })
  })

  test('answers before it shows typing, and reacts before the answers that wait', async () => {
    const { type, react, say, work, displayId, done, provider, time } = await busy()
    for (const text of ['one', 'two', 'three']) await say(displayId, text)
    await work(time.now + 10)
    await type(true)
    expect([provider.texts(), done]).toEqual([['one'], []])
    expect(await react('❤️')).toMatchObject({ ok: true })
    await work(time.now + seconds(5))
    expect(provider.texts()).toEqual(['one', 'two', 'three'])
  })
})
