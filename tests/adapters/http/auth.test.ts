import { expect, test } from 'vitest'
import { ask, createTestApp } from './support.ts'

const inboxes = '/api/v1/accounts/1/inboxes'
const createApp = () => createTestApp({ queries: { inboxes: async () => [], accounts: async () => [] } })

test.each([
  ['agent-token', inboxes, 200],
  ['platform-token', '/platform/api/v1/accounts', 200],
  ['', inboxes, 401],
  ['nobodys', inboxes, 401],
  ['platform-token', inboxes, 401],
  ['', '/platform/api/v1/accounts', 401],
  ['boss-token', '/platform/api/v1/accounts', 401],
  ['', '/api/v1/nothing', 401],
  ['', '/platform/api/v1/nothing', 401],
])('token "%s" at %s: %i', async (token, path, status) => {
  const answer = await ask(createApp(), path, { token })
  expect(answer.status).toBe(status)
  if (status !== 401) return
  expect(answer.body).toMatchObject({ code: token === '' ? 'token.missing' : 'token.unknown', error: expect.any(String) })
  expect(answer.headers.get('www-authenticate')).toBe('Bearer')
})

test.each(['Bearer agent-token', 'bearer  agent-token'])('Authorization: %s', async (authorization) => {
  expect((await ask(createApp(), inboxes, { token: '', headers: { authorization } })).status).toBe(200)
})

test.each(['Basic agent-token', 'agent-token', 'Bearer'])('Authorization: %s is no token', async (authorization) => {
  expect((await ask(createApp(), inboxes, { token: '', headers: { authorization } })).body.code).toBe('token.missing')
})

test('a token can be ended by who holds it', async () => {
  const ended: string[] = []
  const app = createTestApp({ useCases: { revokeToken: async (token) => void ended.push(token) } })
  const answer = await ask(app, '/api/v1/profile/access_token', { method: 'DELETE', token: 'agent-token' })
  expect([answer.status, ended]).toEqual([204, ['agent-token']])
  expect((await ask(app, '/api/v1/profile/access_token', { method: 'DELETE', token: 'nobodys' })).status).toBe(401)
  expect(ended).toHaveLength(1)
})

test('a token in the query is not looked at', async () => {
  expect((await ask(createApp(), `${inboxes}?api_access_token=agent-token`, { token: '' })).status).toBe(401)
})

test.each(['2', '0', '-1', '01', '1.0', '1e0', 'abc', '9007199254740992', '99999999999999999999', '%00'])(
  'account %s is not there for someone who is no member of it',
  async (account) => {
    expect(await ask(createApp(), `/api/v1/accounts/${account}/inboxes`)).toMatchObject({ status: 404, body: { code: 'account.unknown' } })
  },
)

test('answers behind a token are not kept by caches', async () => {
  expect((await ask(createApp(), inboxes)).headers.get('cache-control')).toBe('no-store')
})
