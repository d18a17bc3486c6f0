import { expect, test } from 'vitest'
import { connectedBusiness, eventually, listConversations, listInboxes, listMessages, startSystem } from '../support/system.ts'

test('a customer is greeted once, and told that nobody is there, at Instagram itself', async () => {
  await using system = await startSystem()
  const { instagram, api } = system
  const { customer } = await connectedBusiness(system)
  const [inbox] = await listInboxes(system)
  const days = [0, 1, 2, 3, 4, 5, 6].map((day_of_week) => ({ day_of_week, closed_all_day: true }))
  const changed = await api<Record<string, unknown>>('PATCH', `/inboxes/${inbox?.id}`, {
    ...{ greeting_enabled: true, greeting_message: 'Welcome 👋', working_hours_enabled: true, working_hours: days },
    ...{ timezone: 'Asia/Kathmandu', out_of_office_message: 'We answer tomorrow.' },
  })
  expect(changed).toMatchObject({ greeting_message: 'Welcome 👋', timezone: 'Asia/Kathmandu' })

  await instagram.write(customer.igsid, { text: 'Anybody there?' })
  const heard = await eventually(async () => {
    const all = (await instagram.messages(customer.igsid)).filter(({ from }) => from !== customer.igsid)
    return all.length >= 2 && all
  }, 'both messages at Instagram')
  expect(heard.map(({ text }) => text)).toEqual(['We answer tomorrow.', 'Welcome 👋'])
  expect(heard.every(({ origin }) => origin === 'api')).toBe(true)
  await instagram.idle()
  const [conversation] = await listConversations(system)
  await instagram.see(customer.igsid)
  const messages = await eventually(async () => {
    const all = await listMessages(system, conversation?.id ?? 0)
    return all.filter(({ status }) => status === 'read').length === 2 && all
  }, 'both being read')
  const told = messages.map(({ message_type, sender_id, delivery: { state } }) => [message_type, sender_id !== null, state])
  expect(told.toSorted()).toEqual([
    [0, true, 'received'],
    [3, false, 'accepted'],
    [3, false, 'accepted'],
  ])
})
