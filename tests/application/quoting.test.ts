import { expect, test } from 'vitest'
import type { OutgoingPart } from '#application/ports/outgoing.ts'
import { createProvider, startDelivery } from './delivery-scene.ts'
import { happening, received } from './support.ts'

/** A shop in which `ann` has written `mid-ann`, and what the provider was told. */
const start = async () => {
  const told: OutgoingPart[] = []
  const provider = createProvider()
  const scene = await startDelivery(
    async (part, access) => {
      told.push(part)
      return provider.send(part, access)
    },
    { limits: { textBytes: 5, replies: true, choices: { most: 2, titleCharacters: 9 } } },
  )
  const { world, time, accountId, sendMessage, receive, work } = scene
  const displayId = await scene.meet('ann')
  await receive(happening({ kind: 'message-received', payload: received('mid-ann', 'Which one?') }, time.now, 'ann'))
  const idOf = (externalId: string) => [...world.state().parts.values()].find((part) => part.externalId === externalId)?.messageId ?? 0
  const send = async (content: string, contentAttributes = {}, more = {}) => {
    const author = { kind: 'user', id: 1 } as const
    const sent = await sendMessage({ accountId, displayId, author, content, private: false, contentAttributes, ...more })
    await work(time.now + 1000)
    return sent
  }
  return { ...scene, told, idOf, send }
}

test.each([Number, String])('an answer quotes the message that it names, in its first part', async (form) => {
  const { told, idOf, send, world } = await start()
  const sent = await send('the blue one', { in_reply_to: form(idOf('mid-ann')) })
  expect(told.map(({ replyTo }) => replyTo)).toEqual(['mid-ann', undefined, undefined])
  const message = sent.ok && (await world.queries.message(1, sent.value.messageId))
  expect(message).toMatchObject({ inReplyTo: idOf('mid-ann'), contentAttributes: { in_reply_to_external_id: 'mid-ann' } })
})

test('what the provider does not know is quoted here alone', async () => {
  const { told, send } = await start()
  const note = await send('note', {}, { private: true })
  await send('ok', { in_reply_to: note.ok ? note.value.messageId : 0 })
  expect(told).toMatchObject([{ text: 'ok' }])
  expect(told[0]).not.toHaveProperty('replyTo')
})

test('what is not in the conversation cannot be quoted', async () => {
  const { told, send, meet, world } = await start()
  await meet('bob')
  const other = [...world.state().messages.values()].at(-1)?.id
  for (const id of [other, 987_654]) {
    expect(await send('ok', { in_reply_to: id })).toEqual({ ok: false, error: { code: 'message.quoted_unknown' } })
  }
  expect(told).toEqual([])
})

test('choices go with the end of the text; they need one, and their limits hold', async () => {
  const { told, send } = await start()
  const choices = [{ title: 'Red', payload: 'r' }]
  await send('Which one?', {}, { choices })
  expect(told).toMatchObject([{ text: 'Which' }, { text: 'one?', choices }])
  expect(told[0]).not.toHaveProperty('choices')
  expect(await send(' ', {}, { choices })).toMatchObject({ error: { code: 'message.empty' } })
  expect(await send('x', {}, { choices: Array(3).fill(choices[0]) })).toMatchObject({ error: { code: 'message.too_many_items', limit: 2 } })
})
