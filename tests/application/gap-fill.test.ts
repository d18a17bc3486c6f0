import { describe, expect, test } from 'vitest'
import type { ChannelEvent } from '#application/intake/channel-event.ts'
import { days, hours, minutes } from '#domain/shared/instant.ts'
import { err } from '#domain/shared/result.ts'
import { storeEvents } from '../contracts/scenario.ts'
import { fc } from '../support/properties.ts'
import { by, eventOf, reactionOf, start, startHistory } from './history-scene.ts'
import { happening, received } from './support.ts'

describe('webhooks that were lost for an hour', () => {
  const people = ['ann', 'bob', 'cem']
  const scene = fc.array(
    fc.record({ who: fc.constantFrom(...people), ours: fc.boolean(), isPushed: fc.boolean(), reacted: fc.boolean() }),
    { minLength: 1, maxLength: 25 },
  )

  test('whatever was pushed before, at the same time or after, people see what they would have seen', { timeout: 120_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(scene, fc.boolean(), fc.infiniteStream(fc.nat()), async (steps, isEarly, chance) => {
        const messages = steps.map(({ who, ours, reacted }, n) => ({ ...by(who, n, ours), ...(reacted ? { emoji: '👍' } : {}) }))
        const undisturbed = await startHistory()
        for (const message of messages) {
          await undisturbed.receive(eventOf(message))
          if (message.emoji !== undefined) await undisturbed.receive(reactionOf(message, message.at + 1))
        }
        const disturbed = await startHistory()
        disturbed.messages.push(...messages)
        const pushed = messages.filter((_, n) => steps[n]?.isPushed)
        const shuffled = pushed.map((message) => [chance.next().value ?? 0, message] as const).sort(([a], [b]) => a - b)
        const push = async () => {
          for (const [, message] of shuffled) await disturbed.receive(eventOf(message))
        }
        if (isEarly) await push()
        else disturbed.says.after = push
        await disturbed.fill()
        disturbed.says.after = undefined
        await push()
        await disturbed.fill()
        // Messages of one second stand in the order of their ids, which only shows what came first where all came by one way.
        const sorted = ({ messages: rows, ...rest }: ReturnType<typeof undisturbed.seen>) => ({
          ...rest,
          rows: rows.map(String).toSorted(),
        })
        expect(sorted(disturbed.seen())).toEqual(sorted(undisturbed.seen()))
      }),
      { numRuns: 150 },
    )
  })

  test('all of them stand in the order in which they were written', async () => {
    const messages = Array.from({ length: 12 }, (_, n) => by('ann', n, n % 3 === 2, start + n * 130))
    const disturbed = await startHistory()
    disturbed.messages.push(...messages)
    for (const n of [1, 6, 9]) await disturbed.receive(eventOf(messages[n]!))
    await disturbed.fill()
    const { messages: rows } = disturbed.world.state()
    const inTheirPlace = [...rows.values()].toSorted((a, b) => a.createdAt - b.createdAt || a.id - b.id)
    expect(inTheirPlace.map(({ content }) => content)).toEqual(messages.map(({ text }) => text))
  })

  test('all of them stand in that order too where some were pushed, and waited to be applied, while the others were looked for', async () => {
    const messages = [200, 450, 636, 900, 1300].map((ms, n) => by('ann', n, n === 1, start + ms))
    for (const pushed of [[0], [1], [2], [0, 2], [1, 3], [0, 1, 2, 3]]) {
      const disturbed = await startHistory()
      const { world, time, fill } = disturbed
      disturbed.messages.push(...messages)
      const waiting = pushed.map((n) => eventOf(messages[n]!))
      await storeEvents(world.unitOfWork, waiting, { channel: 'test', receivedAt: time.now })
      await fill()
      const inTheirPlace = [...world.state().messages.values()].toSorted((a, b) => a.createdAt - b.createdAt || a.id - b.id)
      expect(inTheirPlace.map(({ content }) => content)).toEqual(messages.map(({ text }) => text))
    }
  })

  test('the found ones were not heard of, so that a silence is still noticed', async () => {
    const { fill, told, messages, receive, time } = await startHistory()
    await receive(eventOf(by('ann', 1)))
    messages.push(by('ann', 1), by('ann', 2), by('bob', 3))
    await fill()
    expect(await told()).toMatchObject({
      lastEventAt: start + 700,
      gapFill: { missed: 2, missedAt: time.now, lookedAt: time.now, error: null },
    })
  })

  test('a reaction that was taken back does not come back', async () => {
    const { fill, receive, messages, seen } = await startHistory()
    const message = { ...by('ann', 1), emoji: '👍' }
    await receive(eventOf(message))
    await receive(reactionOf(message, start + 1000))
    await receive(
      happening({ kind: 'reaction-changed', payload: { externalId: message.mid, emoji: null, by: 'contact' } }, start + 2000, 'ann'),
    )
    messages.push(message)
    await fill()
    expect(seen().messages[0]?.at(-1)).toEqual([])
  })
})

describe('what was said before the inbox was connected', () => {
  const longAgo = start - days(3)

  test('is shown, and bothers nobody', async () => {
    const { fill, messages, world, accountId, told } = await startHistory()
    messages.push(by('ann', 1, false, longAgo), by('ann', 2, true, longAgo + minutes(1)), by('ann', 3, false, longAgo + minutes(2)))
    await fill()
    const [conversation, ...others] = await world.queries.contactConversations(
      accountId,
      (await world.queries.contacts(accountId, 1)).page[0]!.id,
    )
    expect(others).toEqual([])
    expect(conversation).toMatchObject({ status: 'resolved', unreadCount: 0, waitingSince: null, lastIncomingAt: longAgo + minutes(2) })
    expect((await world.queries.thread(accountId, conversation!.displayId, {}))?.messages).toHaveLength(3)
    expect(await told()).toMatchObject({ gapFill: { missed: 0 } })
  })

  test('but what can still be answered waits for its answer', async () => {
    const { fill, messages, seen, receive } = await startHistory()
    messages.push(by('ann', 1, false, longAgo), by('ann', 2, false, start))
    messages.push(by('bob', 3, false, longAgo), by('bob', 4, true, longAgo + 1000))
    await fill()
    expect(seen().conversations.map(({ contact, status }) => [contact, status])).toEqual([
      ['ann', 'open'],
      ['bob', 'resolved'],
    ])
    await receive(eventOf(by('bob', 5)))
    expect(seen().conversations.map(({ contact, status }) => [contact, status])).toEqual([
      ['ann', 'open'],
      ['bob', 'resolved'],
      ['bob', 'open'],
    ])
  })

  test('goes into the conversation that is there, without reopening it', async () => {
    const { fill, messages, seen, receive, world } = await startHistory()
    await receive(eventOf(by('ann', 2, false, longAgo + minutes(9))))
    world.arrange(({ conversations }) => {
      for (const [id, row] of conversations) conversations.set(id, { ...row, status: 'resolved', waitingSince: null })
    })
    messages.push(by('ann', 1, false, longAgo), by('ann', 2, false, longAgo + minutes(9)))
    await fill()
    expect(seen().conversations).toMatchObject([
      { status: 'resolved', clocks: [expect.any(Number), expect.any(Number), expect.any(Number), null, null, null] },
    ])
    expect(seen().messages).toHaveLength(2)
  })

  test('is read for a month and 200 conversations, and later only what moved', async () => {
    const { fill, messages, world, reads, time, ask } = await startHistory({ pageSize: 10 })
    for (let n = 0; n < 250; n++) messages.push(by(`p${n}`, n, false, start - hours(n)))
    messages.push(by('too old', 999, false, start - days(31)))
    await fill()
    expect(world.state().contacts.size).toBe(200)
    expect(reads.map(({ cursor }) => cursor)).toEqual([null, ...Array.from({ length: 19 }, (_, n) => String((n + 1) * 10)), null])
    expect(reads.every(({ at }, n) => n === 0 || at - (reads[n - 1]?.at ?? 0) >= 500)).toBe(true)
    reads.length = 0
    time.now += days(1)
    messages.push(by('p3', 1000, false, time.now - minutes(2)))
    await ask()
    await fill()
    expect(reads).toHaveLength(1)
    expect(world.state().messages.size).toBe(201)
  })
})

describe('our own answers', () => {
  const lost = err({ code: 'channel.uncertain', detail: { message: 'No answer.' } } as const)

  /** An answer that left, of which neither the answer nor the echo came. */
  const startLost = async (text: string) => {
    const scene = await startHistory({ send: async () => lost })
    const { messages, receive, sendMessage, world, time, accountId, inboxId, deliverConversation } = scene
    const first = by('ann', 1, false, time.now - minutes(2))
    messages.push(first)
    await receive(eventOf(first))
    const [{ id: conversationId = 0, displayId = 0 } = {}] = world.state().conversations.values()
    await sendMessage({ accountId, displayId, author: { kind: 'user', id: 1 }, content: text, private: false, contentAttributes: {} })
    await deliverConversation({ accountId, inboxId, conversationId })
    const outgoing = () => world.look(({ messages: rows }) => [...rows.values()].filter(({ type }) => type === 'outgoing'))
    const states = () => world.look(({ parts }) => [...parts.values()].map(({ state, externalId }) => [state, externalId]))
    return { ...scene, outgoing, states }
  }

  test('that nobody knows of are settled by being found, and are one row', async () => {
    const { messages, fill, time, outgoing, states } = await startLost('Hello')
    messages.push({ ...by('ann', 2, true, time.now), text: 'Hello' })
    await fill()
    expect(outgoing()).toHaveLength(1)
    expect(states()).toEqual([
      ['received', 'ann 1'],
      ['accepted', 'ann 2'],
    ])
  })

  test('are not taken for older ones with the same words', async () => {
    const { messages, fill, time, outgoing, states } = await startLost('Hello')
    messages.push({ ...by('ann', 2, true, time.now - minutes(1)), text: 'Hello' })
    await fill()
    expect(
      outgoing()
        .map(({ author }) => author)
        .toSorted(),
    ).toEqual(['native_app', 'user'])
    expect(states()).toContainEqual(['uncertain', null])
  })
})

test('an event that came both ways at once is one row', async () => {
  const { fill, messages, world, says, receive } = await startHistory()
  const message = by('ann', 1)
  messages.push(message)
  const twice: ChannelEvent[] = [
    eventOf(message),
    { ...eventOf(message), payload: { ...received(message.mid, message.text), found: 'missed' } } as ChannelEvent,
  ]
  says.after = () => receive(...twice)
  await fill()
  await receive(...twice.toReversed())
  expect(world.state().messages.size).toBe(1)
})
