import { expect, test } from 'vitest'
import { createAnswerComment } from '#application/messages/answer-comment.ts'
import { createRetryMessage } from '#application/messages/retry-message.ts'
import type { Channel, ChannelError } from '#application/ports/channel.ts'
import type { OutgoingPart } from '#application/ports/outgoing.ts'
import { days, hours, seconds } from '#domain/shared/instant.ts'
import { err, ok } from '#domain/shared/result.ts'
import { startDelivery, windowOf } from './delivery-scene.ts'
import { channelKey, happening, received, renderTemplate } from './support.ts'

const refusal: ChannelError = { code: 'channel.rejected', class: 'invalid', detail: { message: 'No.' } }

/** A shop on whose post `ann` wrote the comment `c1`, long before she ever wrote a message. */
const start = async (answers: ChannelError[] = [], more: Partial<Channel> = {}) => {
  const told: OutgoingPart[] = []
  const scene = await startDelivery(
    async (part) => {
      told.push(part)
      const error = answers.shift()
      return error ? err(error) : ok({ externalId: `mid-${told.length}` })
    },
    { limits: { textBytes: 20, privateReplyWithin: days(7) }, ...windowOf(hours(24)), ...more },
  )
  const { world, time, accountId, inboxId, userId, channels, receive } = scene
  const comment = (externalId: string, contactKey: string) => {
    const payload = { raw: {}, externalId, username: 'ann.reads', text: 'How much?', mediaId: null, parentId: null }
    return receive(happening({ kind: 'comment-received', payload }, time.now, contactKey))
  }
  await comment('c1', 'ann')
  let id = 0
  const ids = { next: () => `11111111-0000-7000-8000-${String(++id).padStart(12, '0')}` }
  const all = { channels, renderTemplate, unitOfWork: world.unitOfWork, ids, clock: { now: () => time.now } }
  const answerComment = createAnswerComment(all)
  const answer = (content: string, more: Partial<Parameters<typeof answerComment>[0]> = {}) =>
    answerComment({ accountId, inboxId, commentId: 'c1', content, userId, ...more })
  return { ...scene, told, all, comment, answer, commented: time.now }
}

test('whoever commented is answered by their comment, though they never wrote', async () => {
  const { answer, work, time, told, world } = await start()
  const answered = await answer('We have it!')
  await work(time.now + seconds(1))
  expect(told).toEqual([{ kind: 'text', text: 'We have it!', commentId: 'c1', recipient: 'ann', asHumanAgent: false }])
  const message = answered.ok && (await world.queries.message(1, answered.value))
  expect(message).toMatchObject({ type: 'outgoing', contentAttributes: { comment_id: 'c1' }, parts: [{ state: 'accepted' }] })
  expect([...world.state().contacts.values()]).toMatchObject([{ name: '@ann.reads' }])
})

test('once for each comment, also of two answers at a time', async () => {
  const { answer, comment, work, time, told, world } = await start()
  const both = await Promise.all([answer('one'), answer('two')])
  expect(both.filter((result) => result.ok)).toHaveLength(1)
  expect(await answer('three')).toEqual(err({ code: 'comment.answered' }))
  await comment('c2', 'ann')
  expect(await answer('four', { commentId: 'c2' })).toMatchObject({ ok: true })
  await work(time.now + seconds(1))
  expect(told.map(({ commentId }) => commentId)).toEqual(['c1', 'c2'])
  expect(world.state().conversations.size).toBe(1)
})

test('for a week, and not a moment longer', async () => {
  const { answer, time, commented } = await start()
  time.now = commented + days(7)
  expect(await answer('late')).toEqual(err({ code: 'comment.too_old' }))
  time.now -= 1
  expect(await answer('in time')).toMatchObject({ ok: true })
})

test('one that waits too long fails; one that failed is sent again in its week, whatever the window says', async () => {
  const { answer, all, work, time, told, accountId, world, commented } = await start([refusal])
  const answered = await answer('We have it!')
  const messageId = answered.ok ? answered.value : 0
  await work(time.now + seconds(1))
  expect(world.state().messages.get(messageId)?.status).toBe('failed')
  const retry = () => createRetryMessage(all)({ accountId, displayId: 1, messageId })
  time.now = commented + days(7)
  expect(await retry()).toEqual(err({ code: 'message.outside_window', closesAt: commented + days(7) }))
  time.now -= seconds(5)
  expect(await retry()).toEqual(ok(messageId))
  await work(time.now + seconds(1))
  expect(told).toHaveLength(2)
  expect(world.state().messages.get(messageId)?.status).toBe('sent')
})

test('where its account has called often enough it waits for its turn, though the usual window closed long ago', async () => {
  const { answer, comment, meet, say, work, time, told } = await start([], { rates: async () => ({ texts: 1, media: 1, reads: 1 }) })
  await meet('bea')
  time.now += days(3)
  await comment('c2', 'bea')
  await say(await meet('cleo'), 'Hello!')
  await answer('We have it!', { commentId: 'c2' })
  await work(time.now)
  expect(told).toHaveLength(1)
  await work(time.now + seconds(3))
  expect(told.map(({ commentId }) => commentId)).toEqual([undefined, 'c2'])
})

test('its echo is recognised, and an answer of theirs comes into the same conversation', async () => {
  const { answer, work, receive, time, world } = await start()
  await answer('We have it!')
  await work(time.now + seconds(1))
  await receive(happening({ kind: 'message-echoed', payload: received('mid-1', 'We have it!') }, time.now, 'ann'))
  await receive(happening({ kind: 'message-received', payload: received('mid-2', 'Great') }, time.now + 1, 'ann'))
  expect([...world.state().messages.values()].map(({ content }) => content)).toEqual(['We have it!', 'Great'])
  expect(world.state().conversations.size).toBe(1)
})

test.each([
  ['of a comment that nobody wrote', { commentId: 'c9' }, 'comment.unknown'],
  ['of a comment of our own', { commentId: 'ours' }, 'comment.unknown'],
  ['in an inbox of somebody else', { accountId: 99 }, 'inbox.unknown'],
  ['without words', { content: ' ' }, 'message.empty'],
  ['in more than one piece', { content: 'far too long for one message' }, 'comment.answer_too_long'],
] as const)('nothing comes %s', async (_, more, code) => {
  const { answer, comment, told } = await start()
  await comment('ours', channelKey)
  expect(await answer('x', more)).toMatchObject({ ok: false, error: { code } })
  expect(told).toEqual([])
})

test('nothing comes of a comment on an account that was disconnected: it may be somebody else’s by now', async () => {
  const { answer, world, inboxId } = await start()
  await world.unitOfWork.run(async (tx) => ok(await tx.inboxes.setState(inboxId, 'disconnected')))
  expect(await answer('x')).toEqual(err({ code: 'comment.unknown' }))
})

test('where a channel knows no such thing it is said so', async () => {
  const { answer, channels } = await start()
  const channel = channels.get('test')
  if (channel) channels.set('test', { ...channel, limits: { textBytes: 20 } })
  expect(await answer('x')).toEqual(err({ code: 'comment.not_answerable' }))
})
