import { expect, test } from 'vitest'
import type { AddAccountUser } from '../../../src/application/accounts/add-account-user.ts'
import type { AccountView, Queries, UserView } from '../../../src/application/ports/queries.ts'
import { err, ok } from '../../../src/domain/shared/result.ts'
import { type Asked, ask, createTestApp } from './support.ts'

const platform = '/platform/api/v1'
const acme: AccountView = { id: 1, name: 'Acme', locale: 'de', status: 'active', customAttributes: { plan: 'pro' } }
const ada: UserView = { id: 10, name: 'Ada', email: 'ada@dove.test', customAttributes: {} }

const call = (test: ReturnType<typeof createTestApp>, path: string, asked: Asked = {}) =>
  ask(test, platform + path, { token: 'platform-token', ...asked })

const knowing: Partial<Queries> = {
  account: async (id) => (id === 1 ? acme : undefined),
  user: async (id) => (id === 10 ? ada : undefined),
}

test('accounts are made, listed and shown', async () => {
  const pages: number[] = []
  const test = createTestApp({
    useCases: {
      createAccount: async ({ name, locale }) => (name === 'Acme' && locale === 'de' ? ok(1) : err({ code: 'account.name_missing' })),
    },
    queries: {
      ...knowing,
      accounts: async (page) => {
        pages.push(page)
        return [acme]
      },
    },
  })
  const json = {
    id: 1,
    name: 'Acme',
    locale: 'de',
    domain: null,
    support_email: null,
    features: {},
    custom_attributes: { plan: 'pro' },
    limits: {},
    status: 'active',
  }
  expect(await call(test, '/accounts', { json: { name: 'Acme', locale: 'de' } })).toMatchObject({ status: 200, body: json })
  expect((await call(test, '/accounts?page=3')).body).toEqual([json])
  expect((await call(test, '/accounts/1')).body).toEqual(json)
  expect(pages).toEqual([3])
  expect(await call(test, '/accounts/2')).toMatchObject({ status: 404, body: { code: 'account.unknown' } })
  expect(await call(test, '/accounts/x')).toMatchObject({ status: 404, body: { code: 'resource.unknown' } })
})

test('what a use case finds wrong with an input has the form of a validation error', async () => {
  const test = createTestApp({ useCases: { createAccount: async () => err({ code: 'account.name_missing' }) } })
  const sentence = 'The account needs a name.'
  expect((await call(test, '/accounts', { json: { name: ' ' } })).body).toEqual({
    error: sentence,
    message: sentence,
    attributes: ['name'],
    code: 'account.name_missing',
  })
})

test.each([
  ['/accounts', {}, ['name'], 'name is missing'],
  ['/accounts', { name: 7 }, ['name'], 'name must be a text'],
  ['/accounts', { name: 'x'.repeat(256) }, ['name'], 'name may have at most 255 characters'],
  ['/accounts', [], ['body'], 'body must be an object'],
  ['/users', { name: 'Ada' }, ['email'], 'email is missing'],
  ['/accounts/1/account_users', { user_id: 0, role: 'owner' }, ['user_id', 'role'], 'role must be one of: agent, administrator'],
  ['/accounts/1/account_users', { role: 'agent' }, ['user_id'], 'user_id is missing'],
  ['/accounts/1/account_users', { user_id: 'ten', role: 'agent' }, ['user_id'], 'user_id must be a whole number from 1 on'],
])('%s refuses %j and names what is wrong', async (path, json, attributes, message) => {
  const answer = await call(createTestApp(), path, { json })
  expect(answer).toMatchObject({ status: 422, body: { attributes, code: 'request.invalid' } })
  expect(answer.body.message).toContain(message)
})

test('broken JSON is 400, another type of body 415, a form is as good as JSON, too much is 413', async () => {
  const test = createTestApp({
    useCases: { createUser: async ({ name }) => (name === 'Ada' ? ok(10) : err({ code: 'user.name_missing' })) },
    queries: knowing,
  })
  const post = async (body: BodyInit, type: string) => {
    const headers = { api_access_token: 'platform-token', 'content-type': type }
    const response = await test.app.request(`${platform}/users`, { method: 'POST', body, headers })
    return [response.status, (await response.json()).code]
  }
  expect(await post('{"name":', 'application/json')).toEqual([400, 'request.malformed'])
  expect(await post('<user/>', 'text/xml')).toEqual([415, 'request.unsupported_type'])
  expect(await post('name=Ada&email=ada%40dove.test', 'application/x-www-form-urlencoded')).toEqual([200, undefined])
  expect(await post('no boundary', 'multipart/form-data')).toEqual([400, 'request.malformed'])
  expect(await post(`"${'x'.repeat(2 * 1024 * 1024)}"`, 'application/json')).toEqual([413, 'request.too_large'])
})

test('users are made and shown; their tokens are shown once', async () => {
  const test = createTestApp({
    useCases: {
      createUser: async () => ok(10),
      issueUserToken: async ({ userId }) => (userId === 10 ? ok({ token: 'fresh-token' }) : err({ code: 'user.unknown' })),
    },
    queries: knowing,
  })
  const made = await call(test, '/users', { json: { name: 'Ada', email: 'ada@dove.test', password: 'unused' } })
  expect(made.body).toMatchObject({ id: 10, name: 'Ada', email: 'ada@dove.test', uid: 'ada@dove.test', confirmed: true })
  expect((await call(test, '/users/10')).body).toEqual(made.body)
  expect((await call(test, '/users/10/token', { method: 'POST' })).body).toEqual({
    access_token: 'fresh-token',
    expiry: null,
    user: made.body,
  })
  expect(await call(test, '/users/11')).toMatchObject({ status: 404, body: { code: 'user.unknown' } })
  expect(await call(test, '/users/11/token', { method: 'POST' })).toMatchObject({ status: 404, body: { code: 'user.unknown' } })
})

test('an e-mail that is none is refused', async () => {
  const test = createTestApp({ useCases: { createUser: async () => err({ code: 'user.email_invalid' }) } })
  expect(await call(test, '/users', { json: { name: 'Ada', email: 'ada' } })).toMatchObject({
    status: 422,
    body: { attributes: ['email'] },
  })
})

test('members are added and listed', async () => {
  const commands: Parameters<AddAccountUser>[0][] = []
  const test = createTestApp({
    useCases: {
      addAccountUser: async (command) => {
        commands.push(command)
        return command.userId === 10 ? ok(null) : err({ code: 'membership.unknown_account_or_user' })
      },
    },
    queries: { ...knowing, accountUsers: async () => [{ ...ada, role: 'administrator' }] },
  })
  const member = { account_id: 1, user_id: 10, role: 'administrator' }
  expect((await call(test, '/accounts/1/account_users', { json: { user_id: '10', role: 'administrator' } })).body).toEqual(member)
  expect((await call(test, '/accounts/1/account_users')).body).toEqual([member])
  expect(commands).toEqual([{ accountId: 1, userId: 10, role: 'administrator' }])
  expect((await call(test, '/accounts/1/account_users', { json: { user_id: 99, role: 'agent' } })).status).toBe(404)
  expect((await call(test, '/accounts/2/account_users')).status).toBe(404)
})

test('keys are rotated, and the answer says how much was sealed again', async () => {
  const rotated = { key: 'k2', credentials: 3, secrets: 1, settings: 2, unreadable: 0 }
  const test = createTestApp({ useCases: { rotateKeys: async () => rotated } })
  expect(await call(test, '/encryption_keys/rotate', { method: 'POST' })).toMatchObject({ status: 200, body: rotated })
  expect(await call(test, '/encryption_keys/rotate', { method: 'POST', token: 'boss-token' })).toMatchObject({ status: 401 })
})
