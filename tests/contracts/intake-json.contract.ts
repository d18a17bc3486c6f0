import { expect, test } from 'vitest'
import type { ChannelEvent, Json } from '#application/intake/channel-event.ts'
import { commit, fresh, noon, storeEvents } from './scenario.ts'
import { type OpenSubject, shared } from './subject.ts'

const unknown = (raw: Json, contactKey = fresh('someone')): ChannelEvent => ({
  kind: 'unknown',
  channel: 'instagram',
  accountKey: 'a',
  contactKey,
  dedupeKey: fresh('unknown'),
  occurredAt: noon,
  payload: { raw, why: 'a test' },
})

const nested = (depth: number): Json => {
  let value: Json = 'deep'
  for (let n = 0; n < depth; n++) value = n % 2 ? [value] : { a: value }
  return value
}

const weird: [string, Json][] = [
  ['NUL', 'a\0b'],
  ['half a surrogate pair', ['\ud83d', '\ude00 first', { 'key \udc00': 1 }]],
  ['what only looks like an escape', '\\u0000 \\\\u0000 \\ud83d "\\"'],
  ['NUL behind backslashes', '\\\0 \\\\\0'],
  ['emoji and line separators', '😀 \u2028 \u2029 é e\u0301'],
  ['a key of our own making', { $json: '{"a":1}' }],
  ['a key that is special to JavaScript', JSON.parse('{"__proto__":{"a":1},"constructor":null,"":0}')],
  ['numbers at the edges', [0, 1e308, 5e-324, Number.MAX_SAFE_INTEGER, -1.5]],
  ['1000 levels', nested(1000)],
  ['4 MiB', 'x'.repeat(4 * 1024 * 1024)],
]

/** Whatever a provider signed is stored, and comes back as it was. */
export const intakeJsonContract = (open: OpenSubject): void => {
  const subject = shared(open)
  const store = async (...events: ChannelEvent[]) => {
    await storeEvents(subject().unitOfWork, events, { body: new Uint8Array([0, 255, 10]) })
    return commit(subject().unitOfWork, async (tx) => {
      const claimed = await tx.intake.claim(1000, noon)
      await tx.intake.settle(claimed.map(({ id }) => ({ id, outcome: { state: 'done' } })))
      return claimed
    })
  }

  test.each(weird)('%s', async (_, raw) => {
    const event = unknown(raw)
    const [stored] = await store(event)
    expect(JSON.stringify(stored?.payload.valueOf()).length).toBe(JSON.stringify(event.payload).length)
    expect(stored?.payload).toEqual(event.payload)
    const view = await subject().queries.intakeEvent(stored!.id)
    expect(view?.payload).toEqual(event.payload)
    expect(view?.body).toEqual(new Uint8Array([0, 255, 10]))
  })

  test('is no trouble to what is written together with it', async () => {
    const crowd = weird.slice(0, 9).map(([, raw]) => unknown(raw))
    const stored = await store(...crowd)
    expect(stored.map(({ payload }) => payload)).toEqual(crowd.map(({ payload }) => payload))
  })

  test('too deep for any JSON text is stored without its payload', async () => {
    const referral = { referral: nested(200_000), text: null, attachments: [], replyTo: null, postback: null, unsupported: false }
    const [stored] = await store({ ...unknown(null), kind: 'message-received', payload: { externalId: 'mid', ...referral } })
    expect(stored?.kind).toBe('unknown')
    expect((await subject().queries.intakeEvent(stored!.id))?.body).toEqual(new Uint8Array([0, 255, 10]))
  })

  test('keys that text cannot hold are made such that it can', async () => {
    const [stored] = await store(unknown(null, 'a\0b\ud83d'))
    expect(stored?.contactKey).toBe('a\ufffdb\ufffd')
  })

  test('times that no calendar has do not stop it', async () => {
    const events = [Number.MAX_VALUE, Number.NaN, -1e17].map((occurredAt) => ({ ...unknown(null), occurredAt }))
    expect(await store(...events)).toHaveLength(3)
  })
}
