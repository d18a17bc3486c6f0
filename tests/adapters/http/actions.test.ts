import { expect, test } from 'vitest'
import type { ShowTypingCommand } from '../../../src/application/conversations/show-typing.ts'
import type { ReactToMessage, ReactToMessageCommand } from '../../../src/application/messages/react-to-message.ts'
import { err, ok } from '../../../src/domain/shared/result.ts'
import { aConversation, aMessage } from './samples.ts'
import { type Asked, ask, createTestApp } from './support.ts'

const conversation = '/api/v1/accounts/1/conversations/7'

const react = async (asked: Asked, answer: Awaited<ReturnType<ReactToMessage>> = ok(300), id = '300') => {
  const commands: ReactToMessageCommand[] = []
  const reactToMessage: ReactToMessage = async (command) => {
    commands.push(command)
    return answer
  }
  const test = createTestApp({ useCases: { reactToMessage }, queries: { message: async () => aMessage } })
  return { ...(await ask(test, `${conversation}/messages/${id}/reactions`, asked)), commands }
}

test.each(['❤️', '❤', '👍🏽', '👩‍👩‍👧‍👦', '🇩🇪', '1️⃣'])('a reaction with %s', async (emoji) => {
  const { status, body, commands } = await react({ json: { emoji } })
  expect([status, body.id]).toEqual([200, 300])
  expect(commands).toEqual([{ accountId: 1, displayId: 7, messageId: 300, emoji }])
})

test('a reaction that is taken back', async () => {
  const { status, commands } = await react({ method: 'DELETE' })
  expect([status, commands]).toEqual([200, [{ accountId: 1, displayId: 7, messageId: 300, emoji: null }]])
})

test.each([{}, { emoji: '' }, { emoji: 'love' }, { emoji: '❤️❤️' }, { emoji: 7 }])('%j is no reaction', async (json) => {
  expect(await react({ json })).toMatchObject({ status: 422, body: { attributes: ['emoji'] }, commands: [] })
})

test.each([
  ['message.unknown', 404],
  ['inbox.disconnected', 409],
  ['reaction.unsupported', 422],
  ['reaction.not_now', 503],
] as const)('%s is told', async (code, status) => {
  expect(await react({ json: { emoji: '❤️' } }, err({ code }))).toMatchObject({ status, body: { code } })
})

test('a reaction that is refused is told in the words for that', async () => {
  const refused = await react({ json: { emoji: '❤️' } }, err({ code: 'reaction.refused', message: 'It was deleted.' }))
  expect(refused).toMatchObject({ status: 422, body: { error: 'It was deleted.', code: 'reaction.refused' } })
  expect((await react({ json: { emoji: '❤️' } }, ok(300), 'x')).status).toBe(404)
})

const type = async (json: object, known = true) => {
  const commands: ShowTypingCommand[] = []
  const test = createTestApp({
    useCases: {
      async showTyping(command) {
        commands.push(command)
        return known ? ok(null) : err({ code: 'conversation.unknown' })
      },
    },
  })
  return { ...(await ask(test, `${conversation}/toggle_typing_status`, { json })), commands }
}

test('an agent types, and stops', async () => {
  const typed = await type({ typing_status: 'on' })
  expect([typed.status, typed.text, typed.commands]).toEqual([200, '', [{ accountId: 1, userId: 10, displayId: 7, isOn: true }]])
  expect((await type({ typing_status: 'off', is_private: false })).commands).toMatchObject([{ isOn: false }])
  expect(await type({ typing_status: 'on', is_private: true })).toMatchObject({ status: 200, commands: [] })
  expect(await type({ typing_status: 'maybe' })).toMatchObject({ status: 422, body: { attributes: ['typing_status'] }, commands: [] })
  expect(await type({ typing_status: 'on' }, false)).toMatchObject({ status: 404, body: { code: 'conversation.unknown' } })
})

test('a conversation that was read is answered as it stands then', async () => {
  const seen: unknown[] = []
  const useCases = {
    async seeConversation(command: unknown) {
      seen.push(command)
      return ok(null)
    },
  }
  const test = createTestApp({ useCases, queries: { conversation: async () => ({ ...aConversation, unreadCount: 0 }) } })
  const { status, body } = await ask(test, `${conversation}/update_last_seen`, { method: 'POST' })
  expect([status, body.id, body.unread_count]).toEqual([200, 7, 0])
  expect(seen).toEqual([{ accountId: 1, displayId: 7, userId: 10 }])
  const unknown = createTestApp({ useCases: { seeConversation: async () => err({ code: 'conversation.unknown' }) } })
  expect((await ask(unknown, `${conversation}/update_last_seen`, { method: 'POST' })).status).toBe(404)
})
