import { expect, test } from 'vitest'
import type { CompleteConnection, CompleteConnectionError } from '../../../src/application/inboxes/complete-connection.ts'
import type { StartConnection } from '../../../src/application/inboxes/start-connection.ts'
import { err, ok } from '../../../src/domain/shared/result.ts'
import { ask, base, createTestApp } from './support.ts'

const start = '/api/v1/accounts/1/instagram/authorization'

test('an administrator gets the address to go to', async () => {
  const commands: Parameters<StartConnection>[0][] = []
  const test = createTestApp({
    useCases: {
      startConnection: async (command) => {
        commands.push(command)
        return ok({ url: 'https://provider.test/authorize?state=s' })
      },
    },
  })
  const answer = await ask(test, start, { token: 'boss-token', method: 'POST' })
  expect(answer).toMatchObject({ status: 200, body: { success: true, url: 'https://provider.test/authorize?state=s' } })
  expect(commands).toEqual([
    { accountId: 1, userId: 11, channel: 'instagram', redirectUri: `${base}/instagram/callback`, returnTo: undefined, afresh: false },
  ])
})

test('an agent does not, and neither does a stranger', async () => {
  expect(await ask(createTestApp(), start, { method: 'POST' })).toMatchObject({ status: 403, body: { code: 'access.denied' } })
  const elsewhere = start.replace('accounts/1', 'accounts/2')
  expect((await ask(createTestApp(), elsewhere, { token: 'boss-token', method: 'POST' })).status).toBe(404)
})

test('a channel that is not set up says so in its own words; one that is not there is 404', async () => {
  const test = createTestApp({
    useCases: {
      startConnection: async ({ channel }) =>
        err(
          channel === 'instagram'
            ? { code: 'connection.not_configured', message: 'Set INSTAGRAM_APP_ID first.' }
            : { code: 'channel.unknown' },
        ),
    },
  })
  expect(await ask(test, start, { token: 'boss-token', method: 'POST' })).toMatchObject({
    status: 422,
    body: { error: 'Set INSTAGRAM_APP_ID first.', code: 'connection.not_configured' },
  })
  const pigeon = start.replace('instagram', 'pigeon')
  expect(await ask(test, pigeon, { token: 'boss-token', method: 'POST' })).toMatchObject({ status: 404, body: { code: 'channel.unknown' } })
})

/** Goes through the callback; answers where it leads to and what the use case was told. */
const comeBack = async (query: string, result: Awaited<ReturnType<CompleteConnection>>) => {
  const commands: Parameters<CompleteConnection>[0][] = []
  const test = createTestApp({
    useCases: {
      completeConnection: async (command) => {
        commands.push(command)
        return result
      },
    },
  })
  const answer = await ask(test, `/instagram/callback?${query}`, { token: '' })
  return { ...answer, location: answer.headers.get('location') ?? '', commands, lines: test.lines }
}

test.each([
  [true, '/app/accounts/1/settings/inboxes/new/5/agents'],
  [false, '/app/accounts/1/settings/inboxes/5'],
])('a connection (new: %s) leads to %s', async (created, path) => {
  const back = await comeBack('code=abc&state=s', ok({ accountId: 1, inboxId: 5, created }))
  expect(back).toMatchObject({ status: 302, location: base + path })
  expect(back.headers.get('referrer-policy')).toBe('no-referrer')
  expect(back.commands).toEqual([{ channel: 'instagram', state: 's', redirectUri: `${base}/instagram/callback`, answer: { code: 'abc' } }])
  const page = await ask(createTestApp(), path, { token: '' })
  expect(page.status).toBe(200)
  expect(page.text).toContain(created ? 'The account is connected</h1>' : 'The account is connected again</h1>')
})

test('a refusal is told in our words, whatever the provider or a forger wrote', async () => {
  const hostile = encodeURIComponent('<script>alert(1)</script>\r\nSet-Cookie: a=b')
  const failure = { code: 'connection.denied', message: 'Access was not allowed.' } as const
  const refused = err({ code: 'connection.refused', accountId: 1, failure } as const)
  const back = await comeBack(`error=access_denied&error_reason=user_denied&error_description=${hostile}&state=s`, refused)
  expect(back.status).toBe(302)
  expect(back.headers.get('set-cookie')).toBeNull()
  const location = new URL(back.location)
  expect(location.pathname).toBe('/app/accounts/1/settings/inboxes/new/instagram')
  expect(Object.fromEntries(location.searchParams)).toEqual({ error_type: 'access_denied', code: '400', error_message: failure.message })
  expect(JSON.stringify(back.commands)).not.toContain('script')
})

test.each([
  [{ code: 'connection.taken', accountId: 1 }, '409', /already connected/],
  [
    { code: 'connection.refused', accountId: 1, failure: { code: 'connection.code_spent', message: 'Start again.' } },
    '400',
    /^Start again\.$/,
  ],
  [
    { code: 'connection.refused', accountId: 1, failure: { code: 'connection.provider_unavailable', message: 'A\r\nLocation: x' } },
    '502',
    /^A\r\nLocation: x$/,
  ],
] as const)('a failed connection leads to the page that explains it: %o', async (error: CompleteConnectionError, code, message) => {
  const back = await comeBack('code=abc&state=s', err(error))
  expect([back.status, back.location.includes('\n')]).toEqual([302, false])
  const query = new URL(back.location).searchParams
  expect(query.get('error_type')).toBe(error.code === 'connection.refused' ? error.failure.code : error.code)
  expect(query.get('code')).toBe(code)
  expect(query.get('error_message')).toMatch(message)
})

test.each(['state.invalid', 'state.expired', 'state.spent'] as const)('%s is a page that leads back', async (code) => {
  const back = await comeBack('code=abc&state=s', err({ code }))
  expect(back).toMatchObject({ status: 400, location: '' })
  expect(back.headers.get('content-type')).toMatch(/^text\/html/)
  expect(back.text).toContain(`<a href="${base}/app">`)
  expect((await ask(createTestApp(), '/app', { token: '' })).status).toBe(200)
})

test('a callback without an answer does not spend the state', async () => {
  const back = await comeBack('state=s', err({ code: 'state.spent' }))
  expect(back).toMatchObject({ status: 400, commands: [] })
})

test('neither code nor state stands in the log', async () => {
  const back = await comeBack('code=hush-code&state=hush-state', ok({ accountId: 1, inboxId: 5, created: true }))
  expect(JSON.stringify(back.lines)).not.toContain('hush')
})

test('there is a callback only for channels that people sign in to', async () => {
  expect((await ask(createTestApp(), '/pigeon/callback?code=a&state=b')).status).toBe(404)
})

test('the page of a failure shows what its address says as text, and not at any length', async () => {
  const query = new URLSearchParams({
    error_type: '"><img src=x>',
    code: '400',
    error_message: `<script>alert(1)</script>${'x'.repeat(5000)}`,
  })
  const page = await ask(createTestApp(), `/app/accounts/1/settings/inboxes/new/instagram?${query}`, { token: '' })
  expect(page.status).toBe(200)
  expect(page.text).toContain('&lt;script&gt;alert(1)&lt;/script&gt;')
  expect(page.text).not.toMatch(/<script|<img/)
  expect(page.text.length).toBeLessThan(2500)
  expect(page.headers.get('content-security-policy')).toContain("default-src 'none'")
  expect(page.headers.get('x-content-type-options')).toBe('nosniff')
})
