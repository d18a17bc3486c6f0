import { expect, test } from 'vitest'
import type { ChangeInbox } from '../../../src/application/inboxes/change-inbox.ts'
import { noTemplates } from '../../../src/domain/conversation/templates.ts'
import { err, ok } from '../../../src/domain/shared/result.ts'
import { anInbox, holding } from './samples.ts'
import { type Asked, ask, createTestApp } from './support.ts'

const inboxes = '/api/v1/accounts/1/inboxes'

const patch = async (json: object, asked: Asked = {}, answer: Awaited<ReturnType<ChangeInbox>> = ok(5)) => {
  const commands: Parameters<ChangeInbox>[0][] = []
  const changeInbox: ChangeInbox = async (command) => {
    commands.push(command)
    return answer
  }
  const test = createTestApp({ useCases: { changeInbox }, queries: holding({ ...anInbox, templates: noTemplates }) })
  return { ...(await ask(test, `${inboxes}/5`, { method: 'PATCH', token: 'boss-token', json, ...asked })), commands }
}

test('an administrator changes what an inbox answers by itself, and when people are there', async () => {
  const day = { day_of_week: 1, open_hour: 8, open_minutes: 30, close_hour: 12, close_minutes: 0 }
  const changed = await patch({
    greeting_enabled: true,
    greeting_message: 'Hello!',
    working_hours_enabled: 'true',
    timezone: 'Europe/Berlin',
    out_of_office_message: 'null',
    working_hours: [day, { day_of_week: '2', closed_all_day: true, open_hour: null }, { day_of_week: 3, open_all_day: true }],
  })
  expect(changed.status).toBe(200)
  const whole = { closedAllDay: false, openAllDay: false, openHour: 0, openMinutes: 0, closeHour: 0, closeMinutes: 0 }
  expect(changed.commands).toEqual([
    {
      accountId: 1,
      inboxId: 5,
      changes: {
        greetingEnabled: true,
        greetingMessage: 'Hello!',
        workingHoursEnabled: true,
        timezone: 'Europe/Berlin',
        outOfOfficeMessage: null,
        workingHours: [
          { ...whole, dayOfWeek: 1, openHour: 8, openMinutes: 30, closeHour: 12 },
          { ...whole, dayOfWeek: 2, closedAllDay: true },
          { ...whole, dayOfWeek: 3, openAllDay: true },
        ],
      },
    },
  ])
  expect(changed.body).toMatchObject({ greeting_enabled: false, greeting_message: null, working_hours_enabled: false, timezone: 'UTC' })
  expect(changed.body.working_hours).toHaveLength(7)
  expect(changed.body.working_hours[1]).toEqual({
    ...{ day_of_week: 1, closed_all_day: false, open_all_day: false },
    ...{ open_hour: 9, open_minutes: 0, close_hour: 17, close_minutes: 0 },
  })
})

test('what is left out stays', async () => {
  expect((await patch({ name: 'New name', channel: {} })).commands[0]?.changes).toEqual({ name: 'New name' })
  expect((await patch({ channel: { webhook_url: null } })).commands[0]?.changes).toEqual({ webhookUrl: null })
  expect((await patch({ channel: { hmac_mandatory: 'true' } })).commands[0]?.changes).toEqual({ hmacMandatory: true })
  const window = (hours: unknown) => ({ channel: { additional_attributes: { agent_reply_time_window: hours } } })
  expect((await patch(window(12))).commands[0]?.changes).toEqual({ replyHours: 12 })
  expect((await patch(window('null'))).commands[0]?.changes).toEqual({ replyHours: null })
})

test.each<[object, string]>([
  [{ greeting_enabled: 'perhaps' }, 'greeting_enabled'],
  [{ greeting_message: 7 }, 'greeting_message'],
  [{ working_hours: [{ day_of_week: 7 }] }, 'working_hours.0.day_of_week'],
  [{ working_hours: [{ day_of_week: 1, open_hour: 24 }] }, 'working_hours.0.open_hour'],
  [{ working_hours: [{ day_of_week: 1, close_minutes: 'x' }] }, 'working_hours.0.close_minutes'],
  [{ channel: { webhook_url: 'nowhere' } }, 'channel.webhook_url'],
  ...[0, -1, 1.5, 'soon', 87_601].map((hours): [object, string] => [
    { channel: { additional_attributes: { agent_reply_time_window: hours } } },
    'channel.additional_attributes.agent_reply_time_window',
  ]),
])('%j is refused and names %s', async (json, attribute) => {
  expect(await patch(json)).toMatchObject({ status: 422, body: { attributes: [attribute], code: 'request.invalid' }, commands: [] })
})

test('a text of 10 000 characters is taken, and no longer one', async () => {
  const texts = [10_000, 10_001].map((length) => ({ out_of_office_message: 'x'.repeat(length) }))
  expect(await Promise.all(texts.map(async (json) => (await patch(json)).status))).toEqual([200, 422])
})

test('agents change no inbox, and a refused change says why', async () => {
  expect(await patch({ name: 'x' }, { token: 'agent-token' })).toMatchObject({ status: 403, commands: [] })
  const refused = await patch({ timezone: 'Mars' }, {}, err({ code: 'inbox.time_zone_unknown' }))
  expect(refused).toMatchObject({ status: 422, body: { attributes: ['timezone'] } })
})
