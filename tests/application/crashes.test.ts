import { describe, expect, test } from 'vitest'
import type { Channel, ChannelError } from '#application/ports/channel.ts'
import { minutes, seconds } from '#domain/shared/instant.ts'
import { err, ok } from '#domain/shared/result.ts'
import { createProvider, startDelivery } from './delivery-scene.ts'
import { createLines, mortal } from './mortal.ts'
import { happening, received } from './support.ts'

const lost = err<ChannelError>({ code: 'channel.uncertain', detail: { message: 'No answer.' } })

interface Scene {
  /** Does the provider tell of what was sent from here? */
  readonly echoes: boolean
  /** Does the answer to the second message come? */
  readonly answered: boolean
}

/** Two answers of two parts each, a process that dies at one line, and what everybody has in the end. */
const play = async (fatal: number, { echoes, answered }: Scene) => {
  const { lines, pass } = createLines(fatal)
  const provider = createProvider()
  const findSent: NonNullable<Channel['findSent']> = async (_access, { text }) => {
    await pass('here')
    const found = provider.taken.filter((message) => message.text === text).map(({ mid }) => mid)
    await pass('here')
    return ok(found)
  }
  const scene = await startDelivery(
    async (part, access) => {
      await pass('here')
      const answer = await provider.send(part, access)
      await pass('here')
      return answered || part.text !== 'three' ? answer : lost
    },
    { findSent, limits: { textBytes: 5 } },
    mortal(pass),
  )
  const { meet, say, work, receive, time } = scene
  const begun = time.now
  const conversation = await meet('ann')
  const ids = [await say(conversation, 'one two'), await say(conversation, 'three four')]
  lines.armed = true
  await work(begun + seconds(20))
  for (const { mid, text } of echoes ? provider.taken : []) {
    await receive(happening({ kind: 'message-echoed', payload: received(mid, text) }, time.now, 'ann'))
  }
  await work(begun + minutes(30))
  return { ...scene, provider, ids, lines, messages: ids.map((id) => scene.standing(id)) }
}

describe.each<Scene>([
  { echoes: true, answered: true },
  { echoes: false, answered: true },
  { echoes: true, answered: false },
  { echoes: false, answered: false },
])('a process that dies while it delivers (%j)', (scene) => {
  test('at no line doubles or loses a message, or calls one lost that arrived', { timeout: 60_000 }, async () => {
    const whole = await play(-1, scene)
    expect(whole.provider.texts()).toEqual(['one', 'two', 'three', 'four'])
    expect(whole.lines.passed).toBeGreaterThan(25)
    for (let fatal = 0; fatal < whole.lines.passed; fatal++) {
      const { provider, world, ids } = await play(fatal, scene)
      const texts = provider.texts()
      expect(new Set(texts).size, `line ${fatal}: ${texts}`).toBe(texts.length)
      const { parts, messages } = world.state()
      const outgoing = [...parts.values()].filter((part) => ids.includes(part.messageId))
      for (const part of outgoing) {
        const arrived = provider.taken.find(({ text }) => text === part.content)
        const expected = arrived ? ['accepted', arrived.mid] : ['uncertain', null]
        expect([part.state, part.externalId], `line ${fatal}: ${part.content}`).toEqual(expected)
      }
      for (const id of ids) {
        const whole = outgoing.filter((part) => part.messageId === id).every(({ state }) => state === 'accepted')
        expect(messages.get(id)?.status, `line ${fatal}`).toBe(whole ? 'sent' : 'failed')
        if (!whole) expect(messages.get(id)?.error).toMatchObject({ code: 'message.uncertain' })
      }
      expect([...messages.values()].filter(({ type }) => type === 'outgoing')).toHaveLength(2)
    }
  })
})

describe('an uncertain part', () => {
  const start = async (findSent?: Channel['findSent']) => {
    const provider = createProvider()
    provider.says = () => lost
    const scene = await startDelivery(provider.send, findSent ? { findSent } : {})
    return { ...scene, provider, begun: scene.time.now }
  }

  test('is looked for at the provider, with its words and from its time on, when the patience for it ends', async () => {
    const queries: unknown[] = []
    const { meet, say, work, standing, begun } = await start(async ({ channelKey }, query) => {
      queries.push({ channelKey, ...query })
      return ok(['mid-found'])
    })
    const id = await say(await meet('ann'), 'where am I?')
    await work(begun + seconds(30) - 1)
    expect(queries).toEqual([])
    await work(begun + seconds(30))
    expect(queries).toEqual([{ channelKey: 'shop', recipient: 'ann', text: 'where am I?', attached: [], since: begun - seconds(10) }])
    expect(standing(id)).toMatchObject({ state: 'accepted', status: 'sent', error: null })
  })

  test('that is not found is looked for a few times, is never sent again, and is called failed after ten minutes', async () => {
    const at: number[] = []
    const { provider, meet, say, work, standing, time, begun } = await start(async () => {
      at.push(time.now - begun)
      return ok([])
    })
    const id = await say(await meet('ann'), 'nowhere')
    await work(begun + minutes(10) - 1)
    expect(standing(id)).toMatchObject({ state: 'uncertain', status: 'sent' })
    await work(begun + minutes(60))
    expect(standing(id)).toMatchObject({ state: 'uncertain', status: 'failed', error: { code: 'message.uncertain' } })
    expect(at).toEqual([seconds(30), minutes(2), minutes(5), minutes(10)])
    expect(provider.calls).toHaveLength(1)
  })

  test('is called failed after ten minutes too where the provider cannot be asked, or does not answer', async () => {
    const down = err<ChannelError>({ code: 'channel.unavailable', detail: { message: 'No answer.', outage: true } })
    for (const findSent of [undefined, async () => down]) {
      const { meet, say, work, standing, begun } = await start(findSent)
      const id = await say(await meet('ann'), 'nowhere')
      await work(begun + minutes(10) - 1)
      expect(standing(id)).toMatchObject({ status: 'sent' })
      await work(begun + minutes(10))
      expect(standing(id)).toMatchObject({ status: 'failed', error: { code: 'message.uncertain' } })
    }
  })

  test('does not take the id of another message with the same words', async () => {
    const { provider, meet, say, work, standing, world, begun } = await start(async () => ok(['mid-1', 'mid-other']))
    const conversation = await meet('ann')
    provider.says = () => undefined
    const first = await say(conversation, 'yes')
    await work(begun)
    provider.says = () => lost
    const [second, third] = [await say(conversation, 'yes'), await say(conversation, 'yes')]
    await work(begun + minutes(2))
    const idOf = (message: number) => [...world.state().parts.values()].find((part) => part.messageId === message)?.externalId
    expect([idOf(first), idOf(second), idOf(third)]).toEqual(['mid-1', 'mid-other', null])
    expect(standing(third)).toMatchObject({ state: 'uncertain' })
  })

  test('lets what comes after it go on when the look found nothing, and not before', async () => {
    const { provider, meet, say, work, begun } = await start(async () => ok([]))
    const conversation = await meet('ann')
    await say(conversation, 'uncertain')
    await work(begun)
    provider.says = () => undefined
    await say(conversation, 'next')
    await work(begun + seconds(30) - 1)
    expect(provider.texts()).toEqual([])
    await work(begun + seconds(30))
    expect(provider.texts()).toEqual(['next'])
  })

  test('lets what comes after it leave as soon as its echo settles it', async () => {
    const { provider, meet, say, work, receive, begun } = await start()
    const conversation = await meet('ann')
    await say(conversation, 'uncertain')
    await work(begun)
    provider.says = () => undefined
    await say(conversation, 'next')
    await work(begun + seconds(1))
    expect(provider.texts()).toEqual([])
    await receive(happening({ kind: 'message-echoed', payload: received('mid-of-it', 'uncertain') }, begun, 'ann'))
    await work(begun + seconds(1))
    expect(provider.texts()).toEqual(['next'])
  })

  test('is not looked for while its account rests, and the look counts as a call', async () => {
    const limited = err<ChannelError>({ code: 'channel.rate_limited', detail: { message: 'Slow down.', retryAfter: minutes(4) } })
    const at: number[] = []
    const { meet, say, work, world, time, inboxId, begun } = await start(async () => {
      at.push(time.now - begun)
      return limited
    })
    await say(await meet('ann'), 'nowhere')
    await work(begun + minutes(3))
    expect(at).toEqual([seconds(30)])
    expect(world.state().gates.get(`inbox:${inboxId}`)?.shut).toEqual({ until: begun + seconds(30) + minutes(4), because: 'asked' })
  })
})
