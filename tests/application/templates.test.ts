import { describe, expect, test } from 'vitest'
import { createChangeInbox, type InboxChanges } from '#application/inboxes/change-inbox.ts'
import type { OutgoingPart } from '#application/ports/outgoing.ts'
import { days, hours, minutes } from '#domain/shared/instant.ts'
import { ok } from '#domain/shared/result.ts'
import { change } from '../fakes/state.ts'
import { done, startBridge } from './bridge-support.ts'
import { startDelivery } from './delivery-scene.ts'
import { happening, received } from './support.ts'

const greeting: InboxChanges = { greetingEnabled: true, greetingMessage: 'Hello!' }
const away: InboxChanges = { workingHoursEnabled: true, outOfOfficeMessage: 'We sleep.', workingHours: [0, 1, 2, 3, 4, 5, 6].map(closed) }

function closed(dayOfWeek: number) {
  const times = { openHour: 0, openMinutes: 0, closeHour: 0, closeMinutes: 0 }
  return { dayOfWeek, closedAllDay: true, openAllDay: false, ...times }
}

const start = async (changes: InboxChanges = greeting) => {
  const sent: OutgoingPart[] = []
  const window = { standard: hours(24), humanAgent: days(7) }
  const scene = await startDelivery(
    async (part) => {
      sent.push(part)
      return ok({ externalId: `mid-${sent.length}` })
    },
    { replyWindow: async () => window },
  )
  const { world, time, channels, accountId, inboxId } = scene
  const changeInbox = createChangeInbox({ channels, unitOfWork: world.unitOfWork, clock: { now: () => time.now } })
  done(await changeInbox({ accountId, inboxId, changes }))
  const write = (mid: string, at = time.now, more: Parameters<typeof received>[2] = {}, who = 'someone') =>
    happening({ kind: 'message-received', payload: received(mid, mid, more) }, at, who)
  const echo = (mid: string, at = time.now) => happening({ kind: 'message-echoed', payload: received(mid, mid) }, at)
  const templates = () => [...world.state().messages.values()].filter(({ type }) => type === 'template')
  const texts = () => sent.map((part) => (part.kind === 'text' ? part.text : part.kind))
  return { ...scene, changeInbox, write, echo, templates, sent, texts }
}

describe('an inbox that greets', () => {
  test('greets once, through the same delivery, as nobody, and is read like any answer', async () => {
    const { receive, write, templates, work, texts, sent, time, world } = await start()
    await receive(write('a'))
    await receive(write('b', time.now + 1))
    await work(time.now + 1000)
    expect(texts()).toEqual(['Hello!'])
    expect(sent[0]).toMatchObject({ recipient: 'someone', asHumanAgent: false })
    expect(templates()).toMatchObject([{ type: 'template', author: 'system', authorId: null, private: false, status: 'sent' }])
    await receive(happening({ kind: 'message-read', payload: { externalId: 'mid-1' } }, time.now))
    expect(templates()[0]?.status).toBe('read')
    expect([...world.state().conversations.values()][0]).toMatchObject({ waitingSince: expect.any(Number), firstReplyAt: null })
  })

  test('greets once whatever comes twice, together, or again', async () => {
    const { receive, write, templates, work, texts, time } = await start()
    await Promise.all([receive(write('a'), write('b'), write('a')), receive(write('a')), receive(write('b'), write('c'))])
    await receive(write('a'))
    await work(time.now + 1000)
    expect(templates()).toHaveLength(1)
    expect(texts()).toEqual(['Hello!'])
  })

  test('greets everybody, and again in a new conversation', async () => {
    const { receive, write, templates, world } = await start()
    await receive(write('a'), write('b', undefined, {}, 'somebody else'))
    expect(templates()).toHaveLength(2)
    world.arrange((state) => {
      for (const id of state.conversations.keys()) change(state.conversations, id, { status: 'resolved' })
    })
    await receive(write('c'))
    expect(templates()).toHaveLength(3)
  })

  test('does not greet who was answered, who is blocked, whoever only heard from us, nor for what is old', async () => {
    const { receive, write, echo, templates, world, time } = await start()
    await receive(echo('typed in the app'))
    await receive(write('a'))
    await receive(write('old', time.now - minutes(6), {}, 'one who wrote before'))
    await receive(write('past', time.now, { found: 'past' }, 'one of the past'))
    await receive(
      write('b', time.now - minutes(7), {}, 'one who was in the way'),
      write('c', time.now - minutes(6), {}, 'one who was in the way'),
    )
    await receive(write('d', undefined, {}, 'blocked later'))
    expect(templates()).toHaveLength(1)
    world.arrange((state) => {
      for (const id of state.contacts.keys()) change(state.contacts, id, { blocked: true })
      for (const id of state.messages.keys()) if (state.messages.get(id)?.type === 'template') state.messages.delete(id)
    })
    await receive(write('e', undefined, {}, 'blocked later'))
    expect(templates()).toHaveLength(0)
  })

  test('greets who is found a moment later where nothing is pushed', async () => {
    const { receive, write, templates, time } = await start()
    await receive(write('a', time.now - minutes(1), { found: 'missed' }))
    expect(templates()).toHaveLength(1)
  })

  test('never uses the time that is for people: a greeting that waited too long is not sent', async () => {
    const { receive, write, templates, work, sent, time } = await start()
    await receive(write('a'))
    time.now += hours(25)
    await work(time.now)
    expect(sent).toEqual([])
    expect(templates()).toMatchObject([{ status: 'failed', error: { code: 'message.outside_window' } }])
  })
})

test('an inbox whose people sleep says so once a day, and greets as well', async () => {
  const { receive, write, work, texts, time } = await start({ ...greeting, ...away })
  await receive(write('a'))
  await work(time.now + 1000)
  expect(texts()).toEqual(['We sleep.', 'Hello!'])
  await receive(write('b'))
  await work(time.now + 1000)
  expect(texts()).toHaveLength(2)
  time.now += days(1)
  await receive(write('c'))
  await work(time.now + 1000)
  expect(texts()).toEqual(['We sleep.', 'Hello!', 'We sleep.'])
})

test('an inbox of the account’s own software greets too, but nobody to whom only agents wrote', async () => {
  const { accountId, bridgeInboxId, channels, world, time, createContact, contact, startConversation, somewhere, author } =
    await startBridge()
  const changeInbox = createChangeInbox({ channels, unitOfWork: world.unitOfWork, clock: { now: () => time.now } })
  done(await changeInbox({ accountId, inboxId: bridgeInboxId, changes: greeting }))
  const { contactId } = done(await createContact(contact))
  const outgoing = { type: 'outgoing', author, content: 'Are you there?', private: false, contentAttributes: {} } as const
  const templates = () => [...world.state().messages.values()].filter(({ type }) => type === 'template')
  done(await startConversation({ ...somewhere, contactId, message: outgoing }))
  expect(templates()).toEqual([])
  done(await startConversation({ ...somewhere, contactId, message: { type: 'incoming', content: 'Hi', contentAttributes: {} } }))
  expect(templates()).toMatchObject([{ content: 'Hello!' }])
})

describe('settings of an inbox', () => {
  test('are told of where they changed, and only then', async () => {
    const { world, changeInbox, accountId, inboxId } = await start()
    const told = () => [...world.state().businessEvents.values()].map(({ name, payload }) => ({ name, ...payload }))
    expect(told()).toEqual([
      {
        name: 'inbox_updated',
        inbox_id: inboxId,
        changed_attributes: [
          { greeting_enabled: { previous_value: false, current_value: true } },
          { greeting_message: { previous_value: null, current_value: 'Hello!' } },
        ],
      },
    ])
    done(await changeInbox({ accountId, inboxId, changes: greeting }))
    expect(told()).toHaveLength(1)
  })

  test.each<[string, InboxChanges]>([
    ['inbox.name_missing', { name: ' ' }],
    ['inbox.time_zone_unknown', { timezone: 'Berlin' }],
    ['inbox.working_hours_twice', { workingHours: [closed(1), closed(1)] }],
    ['inbox.working_hours_reversed', { workingHours: [{ ...closed(1), closedAllDay: false }] }],
    ['inbox.not_a_bridge', { webhookUrl: 'https://x.example' }],
    ['inbox.not_a_bridge', { replyHours: 24 }],
  ])('%s', async (code, changes) => {
    const { changeInbox, accountId, inboxId, world } = await start()
    const before = world.state()
    expect(await changeInbox({ accountId, inboxId, changes })).toEqual({ ok: false, error: { code } })
    expect(world.state()).toEqual(before)
    expect(await changeInbox({ accountId: accountId + 1000, inboxId, changes })).toMatchObject({ error: { code: 'inbox.unknown' } })
  })

  test('can be chosen when an inbox is made; what makes no sense makes none', async () => {
    const { createInbox, newInbox, world } = await startBridge()
    const count = world.state().inboxes.size
    const mars = await createInbox({ ...newInbox, changes: { timezone: 'Mars' } })
    expect(mars).toEqual({ ok: false, error: { code: 'inbox.time_zone_unknown' } })
    expect(world.state().inboxes.size).toBe(count)
    const inboxId = done(await createInbox({ ...newInbox, replyHours: 3, changes: greeting }))
    expect(world.state().inboxes.get(inboxId)).toMatchObject({ name: 'Bridge', replyHours: 3, templates: { greetingMessage: 'Hello!' } })
  })

  test('days that are not named stay as they are', async () => {
    const { changeInbox, accountId, inboxId, world } = await start(away)
    done(await changeInbox({ accountId, inboxId, changes: { workingHours: [{ ...closed(3), closedAllDay: false, openAllDay: true }] } }))
    const [inbox] = [...world.state().inboxes.values()]
    expect(inbox?.templates?.workingHours.map(({ dayOfWeek, openAllDay }) => [dayOfWeek, openAllDay])).toEqual(
      [0, 1, 2, 3, 4, 5, 6].map((day) => [day, day === 3]),
    )
  })
})
