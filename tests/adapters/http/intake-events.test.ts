import { expect, test } from 'vitest'
import type { Queries } from '../../../src/application/ports/queries.ts'
import { anIntakeEvent } from './samples.ts'
import { ask, createTestApp, now } from './support.ts'

const events = '/platform/api/v1/intake_events'

const call = (test: ReturnType<typeof createTestApp>, path: string) => ask(test, path, { token: 'platform-token' })

test('intake events are listed by state and time', async () => {
  const filters: Parameters<Queries['intakeEvents']>[0][] = []
  const test = createTestApp({
    queries: {
      intakeEvents: async (filter) => {
        filters.push(filter)
        return { count: 26, page: [anIntakeEvent] }
      },
    },
  })
  const seconds = now / 1000
  const answer = await call(test, `${events}?state=parked&since=${seconds - 0.5}&until=2026-05-01T12:00:00Z&page=2`)
  expect(answer.body).toEqual({
    meta: { count: 26, current_page: 2 },
    payload: [
      {
        id: 900,
        state: 'parked',
        kind: 'message-received',
        reason: 'inbox.unknown',
        channel: 'instagram',
        account_key: '17841400000000001',
        attempts: 1,
        occurred_at: seconds - 0.25,
        received_at: seconds,
      },
    ],
  })
  await call(test, `${events}?state=&page=`)
  expect(filters).toEqual([{ state: 'parked', since: now - 500, until: now, page: 2 }, { page: 1 }])
})

test.each([
  ['state=lost', 'state'],
  ['since=yesterday', 'since'],
  ['until=Infinity', 'until'],
  ['page=0', 'page'],
  ['page=x', 'page'],
  ['page=1000001', 'page'],
])('intake events do not take %s', async (query, attribute) => {
  expect(await call(createTestApp(), `${events}?${query}`)).toMatchObject({ status: 422, body: { attributes: [attribute] } })
})

test.each([
  [new TextEncoder().encode('\ufeff{"object":"instagram"}'), '\ufeff{"object":"instagram"}', 'utf-8'],
  [new Uint8Array([0xff, 0x00, 0x7b]), '/wB7', 'base64'],
  [null, null, null],
])('an intake event shows its raw body', async (bytes, body, body_encoding) => {
  const test = createTestApp({
    queries: { intakeEvent: async (id) => (id === 900 ? { ...anIntakeEvent, payload: { text: 'Hi' }, body: bytes } : undefined) },
  })
  expect((await call(test, `${events}/900`)).body).toMatchObject({ id: 900, payload: { text: 'Hi' }, body, body_encoding })
  expect(await call(test, `${events}/901`)).toMatchObject({ status: 404, body: { code: 'intake_event.unknown' } })
})

test('a large body that is no text is not lost', async () => {
  const bytes = new Uint8Array(200_000).fill(0xfe)
  const test = createTestApp({ queries: { intakeEvent: async () => ({ ...anIntakeEvent, payload: null, body: bytes }) } })
  const { body } = await call(test, `${events}/900`)
  expect(new Uint8Array(Buffer.from(body.body, 'base64'))).toEqual(bytes)
})
