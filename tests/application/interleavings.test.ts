import { describe, expect, test } from 'vitest'
import type { ChannelError } from '#application/ports/channel.ts'
import { minutes } from '#domain/shared/instant.ts'
import { err, ok } from '#domain/shared/result.ts'
import { fc } from '../support/properties.ts'
import { createProvider, type Delivery, startDelivery } from './delivery-scene.ts'
import { createLines, mortal, type Pass } from './mortal.ts'
import { happening, received } from './support.ts'

const lost = err<ChannelError>({ code: 'channel.uncertain', detail: { message: 'No answer.' } })

/** What the provider tells of a message that it took: the echo, and that the customer read it. */
const tell = async (
  { receive, time }: Delivery,
  what: 'echo' | 'receipt',
  { mid, text }: { readonly mid: string; readonly text: string },
) =>
  receive(
    what === 'echo'
      ? happening({ kind: 'message-echoed', payload: received(mid, text) }, time.now, 'ann')
      : happening({ kind: 'message-read', payload: { externalId: mid } }, time.now, 'ann'),
  )

/** A provider whose answers may be lost, and which may or may not be asked what it took; each call passes lines. */
const startAtProvider = async (pass: Pass, answered: (call: number) => boolean, findable: boolean) => {
  const provider = createProvider()
  const looks: string[] = []
  const scene = await startDelivery(
    async (part, access) => {
      await pass('here')
      const answer = await provider.send(part, access)
      await pass('between')
      return answered(provider.calls.length - 1) ? answer : lost
    },
    {
      limits: { textBytes: 5 },
      findSent: async (_access, { text }) => {
        looks.push(text ?? '')
        await pass('between')
        return ok(provider.taken.filter((message) => findable && message.text === text).map(({ mid }) => mid))
      },
    },
    mortal(pass),
  )
  return { ...scene, provider, looks }
}

const outgoingOf = ({ world }: Delivery) =>
  world.look(({ messages, parts }) => {
    const rows = [...messages.values()].filter(({ type }) => type === 'outgoing')
    return rows.map((message) => ({ ...message, parts: [...parts.values()].filter(({ messageId }) => messageId === message.id) }))
  })

const pendingEvents = ({ world }: Delivery) => world.look(({ events }) => [...events.values()].filter(({ state }) => state === 'pending'))

/** A message is not stuck: what a person writes after it leaves. */
const expectNothingStuck = async (scene: Delivery & { readonly provider: ReturnType<typeof createProvider> }, conversation: number) => {
  expect(pendingEvents(scene)).toEqual([])
  await scene.say(conversation, 'next')
  await scene.work(scene.time.now)
  expect(scene.provider.texts()).toContain('next')
}

describe('one part', () => {
  interface Order {
    /** The line at which the process dies; -1: at none. */
    readonly fatal: number
    readonly answered: boolean
    readonly findable: boolean
    /** The lines at which they come; `late`: after everything else; undefined: never. */
    readonly echo?: number | 'late'
    readonly receipt?: number | 'late'
    readonly receiptFirst?: boolean
  }

  const play = async (order: Order) => {
    const { lines, pass } = createLines(order.fatal, (line) => tellAt(line))
    /** Of lines between which nothing was written and nobody called, one stands for all. */
    const opportunities = new Map<string, number>()
    const standing = () => JSON.stringify([scene.world.look(({ parts }) => [...parts.values()]), scene.provider.calls, scene.looks])
    const scene = await startAtProvider(pass, () => order.answered, order.findable)
    const due = new Set((['echo', 'receipt'] as const).filter((what) => order[what] !== undefined))
    const tellAt = async (line: number | 'late'): Promise<void> => {
      const [message] = scene.provider.taken
      if (line !== 'late' && message && !opportunities.has(standing())) opportunities.set(standing(), line)
      for (const what of order.receiptFirst ? (['receipt', 'echo'] as const) : (['echo', 'receipt'] as const)) {
        if (message && (line === 'late' || order[what] === line) && due.delete(what)) await tell(scene, what, message)
      }
    }
    const conversation = await scene.meet('ann')
    const id = await scene.say(conversation, 'one')
    lines.armed = true
    const begun = scene.time.now
    // By then it was looked for once; later looks pass the same lines again.
    await scene.work(begun + minutes(2) - 1)
    lines.armed = false
    await scene.work(begun + minutes(30))
    await tellAt('late')
    await scene.receive()
    return { ...scene, conversation, id, lines, opportunities: [...opportunities.values()] }
  }

  const check = async (order: Order): Promise<void> => {
    const scene = await play(order)
    const [message, ...more] = outgoingOf(scene)
    const [taken, ...again] = scene.provider.taken
    expect([more, again]).toEqual([[], []])
    const [part] = message?.parts ?? []
    const isKnown = taken !== undefined && (order.findable || order.echo !== undefined || (order.answered && part?.state === 'accepted'))
    expect([part?.state, part?.externalId]).toEqual(isKnown ? ['accepted', taken.mid] : ['uncertain', null])
    if (!isKnown) expect(message).toMatchObject({ status: 'failed', error: { code: 'message.uncertain' } })
    else if (order.receipt !== undefined) expect(message).toMatchObject({ status: 'read', error: null })
    else expect(message).toMatchObject({ status: expect.stringMatching(/sent|delivered/), error: null })
    await expectNothingStuck(scene, scene.conversation)
  }

  const told = (order: Order, opportunities: readonly number[]): Order[] => {
    const times = [undefined, ...opportunities, 'late'] as const
    return times.flatMap((echo) =>
      times.flatMap((receipt) => {
        const both = { ...order, ...(echo === undefined ? {} : { echo }), ...(receipt === undefined ? {} : { receipt }) }
        return echo === receipt && echo !== undefined ? [both, { ...both, receiptFirst: true }] : [both]
      }),
    )
  }

  test('ends in the truth in every order of answer, echo, receipt and the death of the process', { timeout: 120_000 }, async () => {
    let orders = 0
    for (const answered of [true, false]) {
      for (const findable of [true, false]) {
        const whole = await play({ fatal: -1, answered, findable })
        for (let fatal = -1; fatal < whole.lines.passed; fatal++) {
          const { opportunities } = await play({ fatal, answered, findable })
          for (const order of told({ fatal, answered, findable }, opportunities)) {
            orders += 1
            await check(order).catch((cause) => {
              throw new Error(`In this order: ${JSON.stringify(order)}`, { cause })
            })
          }
        }
      }
    }
    expect(orders).toBeGreaterThan(1_000)
  })
})

describe('two parts', () => {
  const scenes = fc.record({
    /** Two messages, or one in two parts; with words of their own, or the same. */
    texts: fc.constantFrom(['one', 'two'], ['one two'], ['yes', 'yes'], ['yes yes']),
    answered: fc.array(fc.boolean(), { minLength: 2, maxLength: 2 }),
    findable: fc.boolean(),
    fatal: fc.oneof(fc.constant(-1), fc.nat(60)),
  })

  /** Two workers, what the provider tells, and the death of one of them, in the order that the scheduler chooses. */
  const play = async ({ texts, answered, findable, fatal }: typeof scenes extends fc.Arbitrary<infer S> ? S : never, s: fc.Scheduler) => {
    const pending: Promise<unknown>[] = []
    let toldOf = 0
    const tellOfNew = (): void => {
      for (; toldOf < scene.provider.taken.length; toldOf++) {
        const message = scene.provider.taken[toldOf]
        if (!message) continue
        for (const what of ['echo', 'receipt'] as const)
          pending.push(s.schedule(Promise.resolve(), `${what} of ${message.mid}`).then(() => tell(scene, what, message)))
      }
    }
    const { lines, pass } = createLines(fatal, async () => {
      tellOfNew()
      await s.schedule(Promise.resolve(), 'line')
    })
    const scene = await startAtProvider(pass, (call) => answered[call] ?? true, findable)
    const conversation = await scene.meet('ann')
    for (const text of texts) await scene.say(conversation, text)
    const begun = scene.time.now
    lines.armed = true
    const settled = async (): Promise<void> => {
      for (let n = 0; n < pending.length; ) {
        n = pending.length
        await Promise.all(pending)
      }
    }
    const other = scene.startWorker()
    const bothWork = (until: number) => Promise.all([scene.work(until), scene.work(until, other)])
    pending.push(
      bothWork(begun)
        .then(scene.wakeDeliveries)
        .then(() => bothWork(begun + minutes(2))),
    )
    await s.waitFor(settled())
    lines.armed = false
    for (const passed of [5, 30]) {
      // A job that was handed back while a transaction ran is lost in this world; nothing depends on it.
      await scene.wakeDeliveries()
      await scene.work(begun + minutes(passed))
    }
    for (const message of scene.provider.taken) {
      for (const what of ['echo', 'receipt'] as const) await tell(scene, what, message)
    }
    await scene.receive()
    return { ...scene, conversation }
  }

  test('end in the truth, whatever overtakes what', { timeout: 120_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(scenes, fc.scheduler(), async (wanted, scheduler) => {
        const scene = await play(wanted, scheduler)
        const rows = outgoingOf(scene)
        const { taken } = scene.provider
        const contents = rows.flatMap(({ parts }) => parts.map(({ content }) => content))
        expect(contents.toSorted()).toEqual(wanted.texts.flatMap((text) => text.split(' ')).toSorted())
        for (const word of contents) {
          const most = contents.filter((other) => other === word).length
          expect(taken.filter(({ text }) => text === word).length).toBeLessThanOrEqual(most)
        }
        const known = rows.flatMap(({ parts }) => parts.flatMap(({ externalId }) => externalId ?? []))
        expect(known.toSorted()).toEqual(taken.map(({ mid }) => mid).toSorted())
        for (const { status, error, parts } of rows) {
          const states = parts.map(({ state }) => state)
          if (states.includes('accepted')) expect(status).toBe('read')
          else expect([states, status, error?.code]).toEqual([['uncertain'], 'failed', 'message.uncertain'])
        }
        await expectNothingStuck(scene, scene.conversation)
      }),
      { numRuns: 2_000 },
    )
  })
})
