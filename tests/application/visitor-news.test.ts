import { expect, test } from 'vitest'
import { done } from './bridge-support.ts'
import { startVisits } from './visitor-support.ts'

test('the account’s own software hears of what was read, chosen and over', async () => {
  const visits = await startVisits({ webhookUrl: 'https://bridge.test/in' })
  const { enter, write, sendMessage, noteReading, chooseItem, resolveConversation, accountId, author, bridgeInboxId, world } = visits
  const displayId = await write(await enter(), 'Which?')
  const say = { accountId, displayId, author, private: false, content: 'These', choices: [{ title: 'Red', payload: 'r' }] }
  const { messageId } = done(await sendMessage({ ...say, contentAttributes: { items: [{ title: 'Red', value: 'r' }] } }))
  const told = async () => (await world.queries.webhookDeliveries(accountId, bridgeInboxId, { page: 1 })).toReversed()
  const before = (await told()).length
  await noteReading({ accountId, displayId })
  for (const value of ['r', 'r']) await chooseItem({ accountId, displayId, messageId, value })
  await resolveConversation({ accountId, displayId })
  expect((await told()).slice(before).map((each) => [each.event, each.messageId])).toEqual([
    ['message_updated', messageId],
    ['message_updated', messageId],
    ['conversation_status_changed', null],
    ['conversation_updated', null],
  ])
})

test('of many messages that were read at once it hears of the newest 20, in order, and all are read', async () => {
  const visits = await startVisits({ webhookUrl: 'https://bridge.test/in' })
  const { enter, write, sendMessage, noteReading, accountId, author, bridgeInboxId, world } = visits
  const displayId = await write(await enter(), 'Which?')
  const ids: number[] = []
  for (let n = 0; n < 22; n++) {
    const say = { accountId, displayId, author, private: false, content: `Number ${n}`, contentAttributes: {} }
    ids.push(done(await sendMessage(say)).messageId)
  }
  world.arrange(({ webhookDeliveries }) => webhookDeliveries.clear())
  await noteReading({ accountId, displayId })
  const told = (await world.queries.webhookDeliveries(accountId, bridgeInboxId, { page: 1 })).toReversed()
  expect(told.map(({ event, messageId }) => [event, messageId])).toEqual(ids.slice(2).map((id) => ['message_updated', id]))
  expect(ids.map((id) => world.state().messages.get(id)?.status)).toEqual(ids.map(() => 'read'))
})
