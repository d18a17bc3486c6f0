import { expect, test } from 'vitest'
import type { AnswerComment } from '../../../src/application/messages/answer-comment.ts'
import type { CommentView } from '../../../src/application/ports/comments.ts'
import { days } from '../../../src/domain/shared/instant.ts'
import { err, ok } from '../../../src/domain/shared/result.ts'
import { aMessage, anInbox } from './samples.ts'
import { ask, createTestApp, now } from './support.ts'

const inboxes = '/api/v1/accounts/1/inboxes'

const aComment: CommentView = {
  id: '17912345678901234',
  contactKey: '662000000000456',
  username: 'who',
  text: 'How much?',
  mediaId: '17900000000000001',
  parentId: null,
  occurredAt: now - 1500,
  isAnswered: false,
}

const list = (found: readonly CommentView[], path = `${inboxes}/5/comments`, inbox = anInbox) => {
  const asked: unknown[] = []
  const queries = {
    inbox: async (accountId: number, id: number) => (accountId === 1 && id === inbox.id ? inbox : undefined),
    comments: async (...args: unknown[]) => {
      asked.push(args)
      return found
    },
  }
  return ask(createTestApp({ queries }), path).then((answer) => ({ ...answer, asked }))
}

test('comments are listed, a page at a time, with whether they can still be answered', async () => {
  const { status, body, asked } = await list([aComment], `${inboxes}/5/comments?page=2`)
  expect([status, asked]).toEqual([200, [[1, 5, 2]]])
  expect(body).toEqual({
    meta: { current_page: 2 },
    payload: [
      {
        id: '17912345678901234',
        content: 'How much?',
        sender: { source_id: '662000000000456', username: 'who' },
        media_id: '17900000000000001',
        parent_id: null,
        created_at: Math.floor((now - 1500) / 1000),
        answered: false,
        can_reply: true,
        reply_window: { state: 'open', closes_at: Math.floor((now - 1500 + days(7)) / 1000) },
      },
    ],
  })
})

test.each([
  ['that was answered', { isAnswered: true }, { answered: true, can_reply: false }],
  ['that is a week old', { occurredAt: now - days(7) }, { can_reply: false, reply_window: { state: 'closed' } }],
] as const)('one %s cannot be answered', async (_, changes, told) => {
  expect((await list([{ ...aComment, ...changes }])).body.payload).toMatchObject([told])
})

test('there are none in an inbox of somebody else, and none can be answered where the channel knows no such thing', async () => {
  expect(await list([aComment], `${inboxes}/6/comments`)).toMatchObject({ status: 404, body: { code: 'inbox.unknown' }, asked: [] })
  expect(await list([aComment], `${inboxes}/5/comments?page=0`)).toMatchObject({ status: 422, body: { attributes: ['page'] } })
  expect((await list([aComment], undefined, { ...anInbox, channel: 'api' })).body.payload).toMatchObject([{ can_reply: false }])
})

test('a comment is answered privately', async () => {
  const commands: unknown[] = []
  const answer = async (result: Awaited<ReturnType<AnswerComment>>, json: object = { content: 'We have it!' }) => {
    const answerComment: AnswerComment = async (command) => {
      commands.push(command)
      return result
    }
    const test = createTestApp({ useCases: { answerComment }, queries: { message: async () => aMessage } })
    return ask(test, `${inboxes}/5/comments/17912345678901234/private_reply`, { json })
  }
  expect(await answer(ok(300))).toMatchObject({ status: 200, body: { id: 300 } })
  expect(commands).toEqual([{ accountId: 1, inboxId: 5, commentId: '17912345678901234', content: 'We have it!', userId: 10 }])
  expect(await answer(err({ code: 'comment.answered' }))).toMatchObject({ status: 409, body: { code: 'comment.answered' } })
  expect(await answer(err({ code: 'comment.unknown' }))).toMatchObject({ status: 404 })
  const long = await answer(err({ code: 'comment.answer_too_long', limit: 1000 }))
  expect(long).toMatchObject({ status: 422, body: { error: expect.stringContaining('1000 bytes'), attributes: ['content'] } })
  expect(await answer(ok(300), {})).toMatchObject({ status: 422, body: { attributes: ['content'] } })
})
