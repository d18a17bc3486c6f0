import { expect, test } from 'vitest'
import type { ChannelError } from '#application/ports/channel.ts'
import type { SentPart } from '#application/ports/outgoing.ts'
import { hours, minutes } from '#domain/shared/instant.ts'
import { err, ok, type Result } from '#domain/shared/result.ts'
import { fc } from '../support/properties.ts'
import { Crash, createProvider, startDelivery } from './delivery-scene.ts'
import { happening, received } from './support.ts'

type Answer = Result<SentPart, ChannelError>

const no = (code: Exclude<ChannelError['code'], 'channel.rejected'>, rest: { outage?: true; retryAfter?: number } = {}): Answer =>
  err({ code, detail: { message: 'A storm.', ...rest } })

/** What can happen to one call: is it carried out, and what is heard of it? */
const weather = {
  fair: { taken: true, heard: undefined },
  tired: { taken: true, heard: ok<SentPart>({ externalId: '', retryAfter: minutes(1) }) },
  'lost after': { taken: true, heard: no('channel.uncertain', { outage: true }) },
  'lost before': { taken: false, heard: no('channel.uncertain', { outage: true }) },
  'says nothing': { taken: true, heard: no('channel.uncertain') },
  unreachable: { taken: false, heard: no('channel.unavailable', { outage: true }) },
  busy: { taken: false, heard: no('channel.unavailable') },
  limited: { taken: false, heard: no('channel.rate_limited') },
  'limited for long': { taken: false, heard: no('channel.rate_limited', { retryAfter: minutes(7) }) },
  'dies before': { taken: false, heard: 'crash' },
  'dies after': { taken: true, heard: 'crash' },
} as const

type Weather = keyof typeof weather

const storms = fc.record({
  calls: fc.array(fc.constantFrom<Weather>('fair', 'fair', ...(Object.keys(weather) as Weather[])), { maxLength: 80 }),
  /** How many messages go to each customer of each account. */
  messages: fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 2, maxLength: 6 }),
  echoed: fc.boolean(),
})

type Storm = typeof storms extends fc.Arbitrary<infer S> ? S : never

const weatherTheStorm = async ({ calls, messages, echoed }: Storm) => {
  const provider = createProvider()
  let call = 0
  const lookedFor = new Set<string>()
  const scene = await startDelivery(
    async (part, access) => {
      const { taken, heard } = weather[calls[call++] ?? 'fair']
      const answer = taken ? await provider.send(part, access) : undefined
      if (heard === 'crash') throw new Crash('The process died.')
      if (heard?.ok && answer?.ok) return ok({ ...heard.value, externalId: answer.value.externalId })
      return heard ?? answer ?? no('channel.uncertain')
    },
    {
      findSent: async (_access, { text }) => {
        lookedFor.add(text ?? '')
        return ok(provider.taken.filter((each) => each.text === text).map(({ mid }) => mid))
      },
    },
  )
  const { meet, say, work, receive, openInbox, time } = scene
  await openInbox('other shop')
  const begun = time.now
  const sent: { readonly id: number; readonly conversation: number; readonly text: string; readonly contact: string }[] = []
  for (const [n, count] of messages.entries()) {
    const contact = `contact ${n}`
    const conversation = await meet(contact, n % 2 === 0 ? 'shop' : 'other shop')
    for (let m = 0; m < count; m++) {
      const text = `${n}.${m}`
      sent.push({ id: await say(conversation, text), conversation, text, contact })
    }
  }
  await work(begun + minutes(5))
  for (const { text, mid, account } of echoed ? [...provider.taken] : []) {
    const contact = sent.find((each) => each.text === text)?.contact ?? ''
    await receive(happening({ kind: 'message-echoed', payload: received(mid, text) }, time.now, contact, account))
  }
  await work(begun + hours(12))
  return { ...scene, provider, sent, lookedFor }
}

test('whatever happens to calls, no text leaves twice, none out of order, and each message ends in the truth', {
  timeout: 120_000,
}, async () => {
  await fc.assert(
    fc.asyncProperty(storms, async (storm) => {
      const { provider, sent, world, standing, lookedFor } = await weatherTheStorm(storm)
      const texts = provider.texts()
      expect(new Set(texts).size).toBe(texts.length)
      for (const conversation of new Set(sent.map((each) => each.conversation))) {
        const wanted = sent.filter((each) => each.conversation === conversation).map(({ text }) => text)
        expect(texts.filter((text) => wanted.includes(text))).toEqual(wanted.filter((text) => texts.includes(text)))
      }
      const { parts } = world.state()
      for (const { id, text } of sent) {
        const mid = provider.taken.find((each) => each.text === text)?.mid ?? null
        const part = [...parts.values()].find(({ messageId }) => messageId === id)
        const { state, status, error } = standing(id)
        // Where the way to the provider was shut until a person had to be asked, nobody could look.
        const isUnseen = state === 'uncertain' && !storm.echoed && !lookedFor.has(text)
        expect(part?.externalId, text).toBe(isUnseen ? null : mid)
        if (mid !== null && !isUnseen) expect([state, status, error]).toEqual(['accepted', 'sent', null])
        else {
          expect(['uncertain', 'refused']).toContain(state)
          expect(status).toBe('failed')
          expect(['message.uncertain', 'message.not_sent']).toContain(error?.code)
        }
      }
      expect([...world.state().gates.values()].filter((gate) => gate.failures > 0)).toEqual([])
    }),
    { numRuns: 100 },
  )
})
