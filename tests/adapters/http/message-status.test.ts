import { expect, test } from 'vitest'
import type { ReportStatus } from '../../../src/application/messages/report-status.ts'
import { err, ok } from '../../../src/domain/shared/result.ts'
import { aMessage } from './samples.ts'
import { type Asked, ask, createTestApp } from './support.ts'

const message = '/api/v1/accounts/1/conversations/7/messages/300'

const report = async (asked: Asked, answer: Awaited<ReturnType<ReportStatus>> = ok({ changed: true }), path = message) => {
  const commands: Parameters<ReportStatus>[0][] = []
  const reportStatus: ReportStatus = async (command) => {
    commands.push(command)
    return answer
  }
  const test = createTestApp({ useCases: { reportStatus }, queries: { message: async () => ({ ...aMessage, status: 'read' }) } })
  return { ...(await ask(test, path, { method: 'PATCH', ...asked })), commands }
}

test.each(['PATCH', 'PUT'])('%s reports what became of a message, and the message is the answer', async (method) => {
  const { status, body, commands } = await report({ method, json: { status: 'failed', external_error: 'Gone.' } })
  expect([status, body.id, body.status]).toEqual([200, 300, 'read'])
  expect(commands).toEqual([{ accountId: 1, displayId: 7, messageId: 300, status: 'failed', externalError: 'Gone.' }])
  expect((await report({ method, json: { status: 'read', external_error: null } })).commands).toMatchObject([{ externalError: undefined }])
})

test('what is no news is answered the same', async () => {
  expect((await report({ json: { status: 'sent' } }, ok({ changed: false }))).status).toBe(200)
})

test.each([[{}], [{ status: 'seen' }], [{ status: 3 }], [{ status: null }], [{ status: '' }]])('%j is no status', async (json) => {
  expect(await report({ json })).toMatchObject({ status: 422, body: { attributes: ['status'], code: 'request.invalid' }, commands: [] })
})

test.each([
  ['message.status_not_reportable', 403],
  ['message.unknown', 404],
  ['conversation.unknown', 404],
] as const)('%s is told', async (code, status) => {
  expect(await report({ json: { status: 'read' } }, err({ code }))).toMatchObject({ status, body: { code } })
})

test('a message without a number is not there', async () => {
  expect(await report({ json: { status: 'read' } }, undefined, message.replace('300', 'x'))).toMatchObject({ status: 404, commands: [] })
})
