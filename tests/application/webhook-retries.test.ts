import { describe, expect, test } from 'vitest'
import { untold } from '#application/webhooks/record-webhook.ts'
import { hours, minutes, seconds } from '#domain/shared/instant.ts'
import { deliveryLease, retryWaits } from '#domain/webhook/delivery.ts'
import { saveSecret } from '../fakes/inbox-secrets.ts'
import type { Posted } from '../fakes/posts.ts'
import { done } from './bridge-support.ts'
import { bodyOf, bridgeUrl, startWebhooks } from './webhook-scene.ts'

const idOf = ({ headers }: Posted) => headers['webhook-id']

describe('what is not taken', () => {
  test('is sent again as it was, under the same id, and what came later in its conversation waits', async () => {
    let answers = [500, null, 200]
    const scene = await startWebhooks(() => {
      const [next = 200, ...rest] = answers
      answers = rest
      return next === null ? null : { status: next }
    })
    const displayId = await scene.meet()
    const start = scene.time.now
    await scene.work()
    await scene.say(displayId, 'Hello.')
    await scene.work(start + seconds(4))
    expect(scene.posted).toHaveLength(1)
    await scene.work(start + seconds(5))
    await scene.work(start + minutes(5) + seconds(4))
    expect(scene.posted).toHaveLength(2)
    await scene.work(start + minutes(5) + seconds(5))
    expect(scene.told().map(({ event }) => event)).toEqual([
      ...['conversation_created', 'conversation_created', 'conversation_created'],
      ...['message_created', 'conversation_updated'],
    ])
    const [first, second, third, fourth] = scene.posted
    expect([idOf(second!), idOf(third!)]).toEqual([idOf(first!), idOf(first!)])
    expect(second?.body).toEqual(first?.body)
    expect(second?.headers['webhook-timestamp']).not.toBe(first?.headers['webhook-timestamp'])
    expect(idOf(fourth!)).not.toBe(idOf(first!))
  })

  test('holds up no other conversation', async () => {
    const scene = await startWebhooks((posted) => ({ status: bodyOf(posted).content === 'one' ? 500 : 200 }))
    const [one, two] = [await scene.meet(), await scene.meet({ name: 'Bo' })]
    await scene.work()
    await scene.say(one, 'one')
    await scene.say(one, 'behind')
    await scene.say(two, 'two')
    await scene.work()
    const contents = scene.told().flatMap(({ event, content }) => (event === 'message_created' ? [content] : []))
    expect(contents.toSorted()).toEqual(['one', 'two'])
  })

  test('is not forgotten where the clock that woke us is ahead of ours', async () => {
    const scene = await startWebhooks(() => ({ status: scene.posted.length === 1 ? 500 : 200 }))
    const { accountId, inboxId, time, world } = scene
    await scene.meet()
    const start = time.now
    await scene.work()
    time.now = start + seconds(5) - 3
    await scene.over(world.unitOfWork)({ accountId, inboxId })
    expect(scene.posted).toHaveLength(1)
    expect(world.jobs().filter(({ name }) => name === 'deliver-webhooks')).toMatchObject([{ at: start + seconds(5) }])
    await scene.work(start + seconds(5))
    expect(scene.posted).toHaveLength(2)
  })

  test('waits for as long as the address wants to rest', async () => {
    const scene = await startWebhooks((posted) =>
      scene.posted.indexOf(posted) === 0 ? { status: 429, retryAfter: minutes(2) } : { status: 200 },
    )
    await scene.meet()
    const start = scene.time.now
    await scene.work(start + minutes(2) - 1)
    expect(scene.posted).toHaveLength(1)
    await scene.work(start + minutes(2))
    expect(scene.posted).toHaveLength(2)
  })

  test('fails in the end: an answer says why, what the customer wrote does not fail, and the conversation goes on', async () => {
    const scene = await startWebhooks((posted) => ({ status: bodyOf(posted).event === 'message_created' ? 502 : 200 }))
    const displayId = await scene.meet()
    const [heard, said] = [await scene.hear(displayId, 'Open?'), await scene.say(displayId, 'Until six.')]
    const total = retryWaits.reduce((sum, wait) => sum + wait)
    await scene.work(scene.time.now + 2 * total + hours(1))
    expect(await scene.message(heard)).toMatchObject({ status: 'sent', error: null })
    const error = { code: untold, message: 'The webhook address of the inbox answered 502.', retryable: true }
    expect(await scene.message(said)).toMatchObject({ status: 'failed', error })
    const calls = scene.told().filter(({ id, event }) => id === said && event === 'message_created')
    expect(calls).toHaveLength(10)
    expect(scene.told().at(-1)).toMatchObject({ event: 'message_updated', id: said, status: 'failed' })
    expect((await scene.deliveries()).filter(({ state }) => state === 'failed')).toMatchObject([
      { messageId: said, attempts: 10, lastStatus: 502, dueAt: null },
      { messageId: heard, attempts: 10, lastStatus: 502 },
    ])
  })

  test('is sent again when somebody asks for that, under its id, and the message stands as sent again', async () => {
    let status = 403
    const scene = await startWebhooks((posted) => ({ status: bodyOf(posted).event === 'message_created' ? status : 200 }))
    const { accountId, inboxId } = scene
    const displayId = await scene.meet()
    const said = await scene.say(displayId, 'Hello.')
    await scene.work(scene.time.now + hours(80))
    status = 200
    expect((await scene.message(said))?.status).toBe('failed')
    expect(await scene.redeliverWebhooks({ accountId, inboxId, which: { state: 'failed' } })).toBe(1)
    await scene.work()
    expect(await scene.message(said)).toMatchObject({ status: 'sent', error: null })
    const calls = scene.posted.filter((posted) => bodyOf(posted).event === 'message_created')
    expect(new Set(calls.map(idOf)).size).toBe(1)
    expect(calls).toHaveLength(11)
    expect(await scene.redeliverWebhooks({ accountId, inboxId, which: { state: 'failed' } })).toBe(0)
    expect(await scene.redeliverWebhooks({ accountId, inboxId: inboxId + 1, which: {} })).toBe(0)
  })

  test('is not sent again under its old id where an agent had it sent once more', async () => {
    let status = 403
    const scene = await startWebhooks((posted) => ({ status: bodyOf(posted).event === 'message_created' ? status : 200 }))
    const { accountId, inboxId } = scene
    const displayId = await scene.meet()
    const messageId = await scene.say(displayId, 'Hello.')
    await scene.work(scene.time.now + hours(80))
    status = 200
    const before = scene.posted.length
    done(await scene.retryMessage({ accountId, displayId, messageId }))
    await scene.work()
    await scene.redeliverWebhooks({ accountId, inboxId, which: { state: 'failed' } })
    await scene.work()
    expect(
      scene
        .told()
        .slice(before)
        .filter(({ event }) => event === 'message_created'),
    ).toHaveLength(1)
  })

  test('goes at once where the address is entered again, however long it would have waited', async () => {
    let status = 503
    const scene = await startWebhooks(() => ({ status }))
    const { accountId, inboxId } = scene
    await scene.say(await scene.meet(), 'Hello.')
    await scene.work(scene.time.now + hours(3))
    status = 200
    await scene.work()
    expect((await scene.deliveries()).some(({ state }) => state === 'pending')).toBe(true)
    done(await scene.changeInbox({ accountId, inboxId, changes: { webhookUrl: bridgeUrl } }))
    await scene.work()
    expect((await scene.deliveries()).every(({ state }) => state === 'delivered')).toBe(true)
  })

  test('waits like after any failure while no key opens the secret that signs it, and is shown without it', async () => {
    const scene = await startWebhooks()
    const { accountId, inboxId, world } = scene
    world.arrange((state) => saveSecret(state, { accountId, inboxId, kind: 'webhook' }, '["gone","x"]'))
    await scene.say(await scene.meet(), 'Hello.')
    await scene.work()
    expect(scene.posted).toEqual([])
    expect((await scene.deliveries()).toReversed()[0]).toMatchObject({
      state: 'pending',
      attempts: 1,
      lastError: expect.stringContaining('our side'),
    })
    expect((await scene.revealSecrets([{ accountId, inboxId }])).get(inboxId)).toEqual({ hmac: expect.any(String) })
    done(await scene.replaceSecret({ accountId, inboxId, kind: 'webhook' }))
    await scene.work(scene.time.now + minutes(10))
    expect((await scene.deliveries()).every(({ state }) => state === 'delivered')).toBe(true)
  })
})

describe('an address that is gone', () => {
  test('is called no more, all that waits fails, and it is called again once it is entered again', async () => {
    let status = 410
    const scene = await startWebhooks(() => ({ status }))
    const { accountId, inboxId, world } = scene
    const displayId = await scene.meet()
    const said = await scene.say(displayId, 'Hello.')
    await scene.work()
    expect(scene.posted).toHaveLength(1)
    expect(await scene.message(said)).toMatchObject({ status: 'failed', error: { message: expect.stringContaining('410') } })
    expect(await world.queries.inbox(accountId, inboxId)).toMatchObject({ webhookUrl: bridgeUrl, webhookGoneAt: scene.time.now })
    const told = [...world.state().businessEvents.values()].filter(({ name }) => name === 'inbox_updated')
    expect(told).toMatchObject([
      { payload: { inbox_id: inboxId, changed_attributes: [{ webhook_disabled_at: { previous_value: null } }] } },
    ])

    status = 200
    done(await scene.changeInbox({ accountId, inboxId, changes: { webhookUrl: bridgeUrl } }))
    expect((await world.queries.inbox(accountId, inboxId))?.webhookGoneAt).toBeNull()
    await scene.redeliverWebhooks({ accountId, inboxId, which: { since: 0 } })
    await scene.work()
    expect((await scene.deliveries()).every(({ state }) => state === 'delivered')).toBe(true)
    expect((await scene.message(said))?.status).toBe('sent')
  })

  test('that was left at that moment says nothing of the new one', async () => {
    const scene = await startWebhooks(async ({ url }) => {
      if (url !== bridgeUrl) return { status: 200 }
      done(await scene.changeInbox({ accountId, inboxId, changes: { webhookUrl: 'https://new.example/in' } }))
      return { status: 410 }
    })
    const { accountId, inboxId } = scene
    await scene.meet()
    await scene.work(scene.time.now + seconds(5))
    expect(scene.posted.map(({ url }) => url)).toEqual([bridgeUrl, 'https://new.example/in'])
    expect(await scene.world.queries.inbox(accountId, inboxId)).toMatchObject({ webhookGoneAt: null })
    expect((await scene.deliveries()).map(({ state }) => state)).toEqual(['delivered'])
  })

  test('where there is none any more, what waits for it fails', async () => {
    const scene = await startWebhooks(() => null)
    const { accountId, inboxId } = scene
    const displayId = await scene.meet()
    const said = await scene.say(displayId, 'Hello.')
    await scene.work()
    done(await scene.changeInbox({ accountId, inboxId, changes: { webhookUrl: null } }))
    await scene.work(scene.time.now + seconds(5))
    expect(scene.posted).toHaveLength(1)
    expect(await scene.message(said)).toMatchObject({ status: 'failed', error: { message: 'The inbox has no webhook address any more.' } })
  })
})

test('a worker that dies after a call leaves nothing: the same is sent again, under the same id', async () => {
  const scene = await startWebhooks()
  const { world } = scene
  const displayId = await scene.meet()
  await scene.say(displayId, 'Hello.')
  let isDead = false
  const dying = scene.over({
    run: async (work) => {
      if (scene.posted.length > 0) isDead = true
      if (isDead) throw new Error('killed')
      return world.unitOfWork.run(work)
    },
  })
  await expect(scene.work(scene.time.now, dying)).rejects.toThrow('killed')
  expect(scene.posted).toHaveLength(1)
  await scene.wakeWebhooks()
  await scene.work()
  expect(scene.posted).toHaveLength(1)
  scene.time.now += deliveryLease
  await scene.wakeWebhooks()
  await scene.work()
  expect(scene.told().map(({ event }) => event)).toEqual([
    ...['conversation_created', 'conversation_created', 'message_created', 'conversation_updated'],
  ])
  expect(idOf(scene.posted[1]!)).toBe(idOf(scene.posted[0]!))
})
