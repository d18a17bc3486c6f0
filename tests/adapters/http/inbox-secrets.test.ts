import { expect, test } from 'vitest'
import type { ReplaceSecret } from '../../../src/application/inboxes/replace-secret.ts'
import type { RevealSecrets } from '../../../src/application/inboxes/reveal-secrets.ts'
import { err, ok } from '../../../src/domain/shared/result.ts'
import { aBridge, anInbox, holding } from './samples.ts'
import { ask, createTestApp } from './support.ts'

const inboxes = '/api/v1/accounts/1/inboxes'
const revealed = { webhook: 'whsec_x', hmac: 'the-secret' }

test('the secrets of an inbox of the account’s own software are shown to administrators, and to nobody else', async () => {
  const asked: unknown[] = []
  const revealSecrets: RevealSecrets = async (refs) => {
    asked.push(refs)
    return new Map([[6, revealed]])
  }
  const queries = { ...holding(aBridge), inboxes: async () => [anInbox, aBridge] }
  const test = createTestApp({ useCases: { revealSecrets }, queries })
  expect((await ask(test, `${inboxes}/6`, { token: 'boss-token' })).body).toMatchObject({ secret: 'whsec_x', hmac_token: 'the-secret' })
  const { payload } = (await ask(test, inboxes, { token: 'boss-token' })).body
  const [provider, bridge] = payload
  expect(bridge).toMatchObject({ secret: 'whsec_x', hmac_token: 'the-secret' })
  for (const key of ['secret', 'hmac_token']) expect(provider).not.toHaveProperty(key)
  expect(asked).toEqual([[{ accountId: 1, inboxId: 6 }], [{ accountId: 1, inboxId: 6 }]])
  for (const path of [inboxes, `${inboxes}/6`]) {
    const { text } = await ask(test, path)
    expect(['hmac_token', 'whsec_x', 'the-secret'].filter((word) => text.includes(word))).toEqual([])
  }
})

test('what no key opens any more is left out', async () => {
  const test = createTestApp({ useCases: { revealSecrets: async () => new Map([[6, { webhook: 'whsec_x' }]]) }, queries: holding(aBridge) })
  const { body } = await ask(test, `${inboxes}/6`, { token: 'boss-token' })
  expect(body).toMatchObject({ secret: 'whsec_x' })
  expect(body).not.toHaveProperty('hmac_token')
})

test.each([
  ['reset_secret', 'webhook'],
  ['reset_hmac_token', 'hmac'],
] as const)('%s has an administrator replace one, and shows it', async (action, kind) => {
  const commands: unknown[] = []
  const replace = (answer: Awaited<ReturnType<ReplaceSecret>>, token = 'boss-token', id = '6') => {
    const replaceSecret: ReplaceSecret = async (command) => {
      commands.push(command)
      return answer
    }
    const test = createTestApp({
      useCases: { replaceSecret, revealSecrets: async () => new Map([[6, revealed]]) },
      queries: holding(aBridge),
    })
    return ask(test, `${inboxes}/${id}/${action}`, { token, method: 'POST' })
  }
  const shown = kind === 'webhook' ? { secret: 'whsec_x' } : { hmac_token: 'the-secret' }
  expect(await replace(ok(6))).toMatchObject({ status: 200, body: { id: 6, ...shown } })
  expect(await replace(ok(6), 'agent-token')).toMatchObject({ status: 403 })
  expect(await replace(ok(6), 'boss-token', 'x')).toMatchObject({ status: 404 })
  expect(commands).toEqual([{ accountId: 1, inboxId: 6, kind }])
  expect(await replace(err({ code: 'inbox.not_a_bridge' }))).toMatchObject({ status: 422, body: { code: 'inbox.not_a_bridge' } })
})
