import { expect, test } from 'vitest'
import type { CreateInbox } from '../../../src/application/inboxes/create-inbox.ts'
import type { RevealSecrets } from '../../../src/application/inboxes/reveal-secrets.ts'
import { err, ok } from '../../../src/domain/shared/result.ts'
import { aBridge, holding } from './samples.ts'
import { type Asked, ask, createTestApp } from './support.ts'

const inboxes = '/api/v1/accounts/1/inboxes'

const create = async (json: object, asked: Asked = {}, answer: Awaited<ReturnType<CreateInbox>> = ok(6)) => {
  const commands: Parameters<CreateInbox>[0][] = []
  const createInbox: CreateInbox = async (command) => {
    commands.push(command)
    return answer
  }
  const revealSecrets: RevealSecrets = async () => new Map([[6, { hmac: 'the-secret' }]])
  const test = createTestApp({ useCases: { createInbox, revealSecrets }, queries: holding(aBridge) })
  return { ...(await ask(test, inboxes, { token: 'boss-token', json, ...asked })), commands }
}

const command = {
  accountId: 1,
  userId: 11,
  name: 'Shop',
  channel: 'api',
  webhookUrl: undefined,
  lockToSingleConversation: false,
  replyHours: null,
  changes: {},
}

test('an administrator makes an inbox', async () => {
  const made = await create({ name: 'Shop', channel: { type: 'api' } })
  expect(made).toMatchObject({ status: 200, body: { id: 6, inbox_identifier: 'identifier-1', hmac_token: 'the-secret' } })
  expect(made.commands).toEqual([command])
  const webhookUrl = 'http://bridge.test:8080/in?a=b'
  const more = await create({ name: 'Shop', lock_to_single_conversation: true, channel: { type: 'api', webhook_url: webhookUrl } })
  expect(more.commands).toEqual([{ ...command, webhookUrl, lockToSingleConversation: true }])
  expect((await create({ name: 'Shop', channel: { type: 'api', webhook_url: '' } })).commands).toEqual([command])
  const greeting = { greeting_enabled: true, greeting_message: 'Hello!' }
  const changes = { greetingEnabled: true, greetingMessage: 'Hello!' }
  expect((await create({ name: 'Shop', channel: { type: 'api' }, ...greeting })).commands).toEqual([{ ...command, changes }])
  const timed = { type: 'api', additional_attributes: { agent_reply_time_window: '48' } }
  expect((await create({ name: 'Shop', channel: timed })).commands).toEqual([{ ...command, replyHours: 48 }])
})

test('agents make none', async () => {
  expect(await create({ name: 'Shop', channel: { type: 'api' } }, { token: 'agent-token' })).toMatchObject({ status: 403, commands: [] })
})

test.each([
  [{ channel: { type: 'api' } }, 'name'],
  [{ name: 'Shop' }, 'channel'],
  [{ name: 'Shop', channel: {} }, 'channel.type'],
  [{ name: 'Shop', channel: { type: 'api', webhook_url: 'javascript:alert(1)' } }, 'channel.webhook_url'],
  [{ name: 'Shop', channel: { type: 'api', webhook_url: 'bridge' } }, 'channel.webhook_url'],
  [{ name: 'Shop', channel: { type: 'api', webhook_url: `https://x/${'x'.repeat(2048)}` } }, 'channel.webhook_url'],
])('%j is refused and names %s', async (json, attribute) => {
  expect(await create(json)).toMatchObject({ status: 422, body: { attributes: [attribute], code: 'request.invalid' }, commands: [] })
})

test.each([
  ['inbox.name_missing', 'name'],
  ['inbox.type_not_creatable', 'channel.type'],
] as const)('%s is told', async (code, attribute) => {
  const { status, body } = await create({ name: ' ', channel: { type: 'email' } }, {}, err({ code }))
  expect([status, body.code, body.attributes]).toEqual([422, code, [attribute]])
})
