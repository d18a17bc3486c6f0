import { expect, test } from 'vitest'
import { bytesOfCall } from '../../../src/adapters/http/allowances.ts'
import { minutes } from '../../../src/domain/shared/instant.ts'
import { ok } from '../../../src/domain/shared/result.ts'
import { base, call, createApp, key, talk } from './client-support.ts'
import { ask, now } from './support.ts'

const from = '8.8.8.8'

const startApp = (clientCallsPerMinute?: number, clock = { now: () => now }) =>
  createApp(
    {
      async uploadFile({ name, contentType, content }) {
        for await (const _ of content);
        return ok({ id: 401, name, contentType, size: 1, digest: 'd' })
      },
      receiveMessage: async () => ok({ messageId: 299 }),
    },
    { options: clientCallsPerMinute === undefined ? {} : { clientCallsPerMinute, clock } },
  )

test('who calls too often from one address is told when to go on, before anything is looked up', async () => {
  const app = startApp(3)
  for (const path of [base, `${base}x`, `${base}/contacts/${key}`]) expect((await call(app, path, { from })).status).not.toBe(429)
  const opened = app.scopes.opened
  const told = await call(app, `${base}/contacts/${key}`, { from, headers: { origin: 'https://shop.test' } })
  expect(told).toMatchObject({ status: 429, body: { code: 'request.too_many', error: expect.stringMatching(/\.$/) } })
  expect(told.headers.get('retry-after')).toBe('20')
  expect(told.headers.get('access-control-allow-origin')).toBe('*')
  expect(told.headers.get('access-control-expose-headers')).toContain('Retry-After')
  expect(app.scopes.opened).toBe(opened)
  expect((await call(app, base, { from: '9.9.9.9' })).status).toBe(200)
  const forwarded = { 'x-forwarded-for': from }
  expect((await call(app, base, { from: '10.0.0.1', headers: forwarded })).status).toBe(429)
  expect((await call(app, base, { from: '9.9.9.9', headers: forwarded })).status).toBe(200)
})

test('files count by their bytes', async () => {
  const app = startApp(100)
  const form = new FormData()
  form.append('attachments[]', new File(['x'.repeat(60 * bytesOfCall)], 'a.png', { type: 'image/png' }))
  const send = async () => (await call(app, `${talk}/messages`, { from, form })).status
  expect([await send(), await send(), await send()]).toEqual([200, 200, 429])
})

test('what has a token is not counted, nor the machine itself, nor anybody where it is not wanted', async () => {
  const app = startApp(1)
  const statuses = async (times: number, one: () => Promise<{ status: number }>) => {
    const seen = new Set<number>()
    for (let n = 0; n < times; n++) seen.add((await one()).status)
    return [...seen]
  }
  expect(await statuses(3, () => ask(app, '/api/v1/accounts/1/nothing', { from }))).toEqual([404])
  expect(await statuses(3, () => call(app, base, { from: '127.0.0.1' }))).toEqual([200])
  expect(await statuses(3, () => call(app, base))).toEqual([200])
  for (const free of [startApp(0), startApp()]) expect(await statuses(5, () => call(free, base, { from }))).toEqual([200])
})

test('once a minute it is told that somebody of our own network, who may be many, was refused without saying whom they bring', async () => {
  const time = { now }
  const app = startApp(1, { now: () => time.now })
  const unnamed = () => app.lines.filter(({ event }) => event === 'http.caller_unnamed')
  const refuse = async (from: string, headers: Record<string, string> = {}) => {
    await call(app, base, { from, headers })
    return (await call(app, base, { from, headers })).status
  }
  expect(await refuse('8.8.8.8')).toBe(429)
  expect(await refuse('10.0.0.1', { 'x-forwarded-for': '9.9.9.9' })).toBe(429)
  expect((await call(app, base, { from: '10.0.0.1' })).status).toBe(200)
  expect(unnamed()).toEqual([])
  expect([await refuse('10.0.0.1'), await refuse('fd00::7'), await refuse('::ffff:192.168.0.9')]).toEqual([429, 429, 429])
  const line = { level: 'warn', fields: { peer: '10.0.0.1', message: expect.stringContaining('X-Forwarded-For') } }
  expect(unnamed()).toMatchObject([line])
  time.now += minutes(1)
  expect(await refuse('fd00::7')).toBe(429)
  expect(unnamed()).toMatchObject([line, { fields: { peer: 'fd00::7' } }])
})
