import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { ask, createTestApp } from './support.ts'

const inboxes = '/api/v1/accounts/1/inboxes'

test('a fault is logged with its request id and told without its cause', async () => {
  const error = new Error('password authentication failed for user "dovecote"')
  const test = createTestApp({ queries: { inboxes: () => Promise.reject(error) } })
  const answer = await ask(test, inboxes, { headers: { 'x-request-id': 'trace-1' } })
  expect(answer).toMatchObject({ status: 500, body: { code: 'internal.error', error: expect.stringMatching(/\.$/) } })
  expect(answer.text).not.toContain('password')
  expect(answer.headers.get('x-request-id')).toBe('trace-1')
  expect(test.lines).toEqual([
    { level: 'error', event: 'http.failed', fields: { requestId: 'trace-1', method: 'GET', path: inboxes, error } },
    { level: 'info', event: 'http.request', fields: { requestId: 'trace-1', method: 'GET', path: inboxes, status: 500, ms: 0 } },
  ])
  expect(test.scopes).toEqual({ opened: 1, closed: 1 })
})

test('a scope that cannot be opened is a fault', async () => {
  const test = createTestApp({ options: { openScope: () => Promise.reject(new Error('no database')) } })
  expect((await ask(test, inboxes)).status).toBe(500)
  expect((await ask(test, '/webhooks/instagram', { json: {} })).status).toBe(500)
})

test.each([
  ['req_1-A', 'req_1-A'],
  ['a'.repeat(128), 'a'.repeat(128)],
  ['a'.repeat(129), 'made-here'],
  ['a b', 'made-here'],
  ['<script>', 'made-here'],
])('request id %s is answered with %s', async (given, answered) => {
  const test = createTestApp()
  for (const path of ['/livez', '/nowhere', inboxes, '/app', '/instagram/callback', '/webhooks/instagram']) {
    const { headers } = await ask(test, path, { token: '', headers: { 'x-request-id': given } })
    expect(headers.get('x-request-id')).toBe(answered)
  }
})

test('what is not there is 404 in JSON', async () => {
  expect(await ask(createTestApp(), '/nowhere')).toMatchObject({ status: 404, body: { code: 'resource.unknown' } })
  expect(await ask(createTestApp(), '/api/v1/accounts/1/nothing')).toMatchObject({ status: 404, body: { code: 'resource.unknown' } })
})

test('a method that an address does not take is 405 with those that it takes', async () => {
  const answer = await ask(createTestApp(), inboxes, { method: 'PURGE' })
  expect(answer).toMatchObject({ status: 405, body: { code: 'request.wrong_method' } })
  expect(answer.headers.get('allow')).toBe('GET, HEAD, POST')
  const webhook = await ask(createTestApp(), '/webhooks/instagram', { method: 'DELETE' })
  expect([webhook.status, webhook.headers.get('allow')]).toEqual([405, 'GET, HEAD, POST'])
})

test('no origin is let in', async () => {
  const { headers } = await ask(createTestApp(), '/livez', { headers: { origin: 'https://evil.test' } })
  expect(headers.get('access-control-allow-origin')).toBeNull()
})

test('alive without a database', async () => {
  const test = createTestApp()
  expect(await ask(test, '/livez', { token: '' })).toMatchObject({ status: 200, body: { status: 'ok' } })
  expect(test.scopes.opened).toBe(0)
})

test.each([
  [true, 200],
  [false, 503],
])('ready %s is %i', async (ready, status) => {
  const checks = { database: { ok: ready, detail: 'as it is' } }
  const test = createTestApp({ options: { readiness: async () => ({ ready, checks }) } })
  expect(await ask(test, '/readyz', { token: '' })).toMatchObject({ status, body: { checks } })
})

test('the policy of a page allows its style and nothing else', async () => {
  const page = await ask(createTestApp(), '/app', { token: '' })
  const style = /<style>(.*)<\/style>/.exec(page.text)?.[1] ?? ''
  const hash = createHash('sha256').update(style).digest('base64')
  expect(page.headers.get('content-security-policy')).toBe(
    `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
  )
})
