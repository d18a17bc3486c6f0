import { createHmac } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import type { Tx, UnitOfWork } from '#application/ports/unit-of-work.ts'
import { seconds } from '#domain/shared/instant.ts'
import type { Result } from '#domain/shared/result.ts'
import type { Posted } from '../fakes/posts.ts'
import { done } from './bridge-support.ts'
import { startWebhooks, type Webhooks } from './webhook-scene.ts'

const named = ({ told }: Webhooks) =>
  told().map(({ event, content, status }) => [event, content, status].filter((each) => each !== undefined))

/** As receivers check it who know Chatwoot. */
const isSignedBy = ({ headers, body }: Posted, secret: string): boolean => {
  const mac = createHmac('sha256', secret).update(`${headers['x-chatwoot-timestamp']}.`).update(body)
  return headers['x-chatwoot-signature'] === `sha256=${mac.digest('hex')}`
}

describe('what is told', () => {
  test('a conversation, messages both ways and what they change, in their order', async () => {
    const scene = await startWebhooks()
    const displayId = await scene.meet()
    await scene.hear(displayId, 'Open?')
    await scene.say(displayId, 'Until six.')
    await scene.work()
    expect(named(scene)).toEqual([
      ['conversation_created', 'open'],
      ['message_created', 'Open?', 'sent'],
      ['conversation_updated', 'open'],
      ['message_created', 'Until six.', 'sent'],
      ['conversation_updated', 'open'],
    ])
    const at = Math.floor(scene.time.now / 1000)
    expect(scene.told().map((body) => body.changed_attributes)).toEqual([
      ...[undefined, undefined, [{ waiting_since: { previous_value: null, current_value: at } }], undefined],
      [
        { waiting_since: { previous_value: at, current_value: null } },
        { first_reply_created_at: { previous_value: null, current_value: at } },
      ],
    ])
  })

  test('a reopened conversation, a reported status, and a message that is sent once more', async () => {
    const scene = await startWebhooks()
    const { accountId } = scene
    const displayId = await scene.meet()
    const messageId = await scene.say(displayId, 'Hello.')
    await scene.work()
    const before = scene.posted.length
    scene.setStatus('resolved')
    await scene.hear(displayId, 'Hi.')
    const report = { accountId, displayId, messageId }
    done(await scene.reportStatus({ ...report, status: 'failed', externalError: 'Unknown number.' }))
    done(await scene.reportStatus({ ...report, status: 'failed', externalError: 'Again.' }))
    done(await scene.retryMessage(report))
    done(await scene.reportStatus({ ...report, status: 'read', externalError: undefined }))
    await scene.work()
    expect(named(scene).slice(before)).toEqual([
      ['message_created', 'Hi.', 'sent'],
      ['conversation_status_changed', 'open'],
      ['conversation_updated', 'open'],
      ['message_updated', 'Hello.', 'failed'],
      ['message_created', 'Hello.', 'sent'],
      ['message_updated', 'Hello.', 'read'],
    ])
    expect(scene.told().at(-1)).toMatchObject({ id: messageId, delivery: { state: 'accepted' }, conversation: { id: displayId } })
  })

  test('as it was when it happened, however late it is told', async () => {
    const scene = await startWebhooks()
    const displayId = await scene.meet()
    const messageId = await scene.say(displayId, 'Hello.')
    done(await scene.reportStatus({ accountId: scene.accountId, displayId, messageId, status: 'read', externalError: undefined }))
    await scene.work()
    expect(scene.told().flatMap(({ event, status }) => (event.startsWith('message') ? [status] : []))).toEqual(['sent', 'read'])
  })

  test('never a note for colleagues, not even inside a conversation', async () => {
    const scene = await startWebhooks()
    const displayId = await scene.meet()
    await scene.say(displayId, 'Hello.')
    await scene.say(displayId, 'They owe us money.', true)
    await scene.hear(displayId, 'Hi.')
    await scene.work()
    const text = scene.posted.map(({ body }) => new TextDecoder().decode(body)).join()
    expect(text).toContain('Hello.')
    expect(text).not.toContain('owe')
    expect(scene.told().at(-1)).toMatchObject({ content: 'Hi.', conversation: { messages: [{ content: 'Hi.' }] } })
  })

  test('that an agent types, as often as is good, while it lasts, and once', async () => {
    let status = 200
    const scene = await startWebhooks(() => ({ status }))
    const { accountId, userId, time } = scene
    const displayId = await scene.meet()
    await scene.work()
    const type = (isOn: boolean) => scene.showTyping({ accountId, displayId, userId, isOn })
    const told = () => scene.told().flatMap(({ event, ...rest }) => (event.startsWith('conversation_typing') ? [{ event, ...rest }] : []))
    await type(true)
    await type(true)
    await scene.work(time.now + seconds(2))
    await type(false)
    await scene.work()
    const user = { name: 'Ann', type: 'user' }
    expect(told()).toMatchObject([
      { event: 'conversation_typing_on', user, conversation: { id: displayId }, is_private: false },
      { event: 'conversation_typing_off', user },
    ])

    status = 500
    await scene.work(time.now + seconds(10))
    await type(true)
    await scene.work()
    await scene.work(time.now + seconds(10))
    await type(true)
    time.now += seconds(21)
    await scene.work()
    expect(told()).toHaveLength(3)
    expect((await scene.deliveries()).slice(0, 2)).toMatchObject([
      { state: 'failed', lastStatus: null, lastError: 'It was over before it could be told.' },
      { state: 'failed', lastStatus: 500, attempts: 1 },
    ])
  })

  test('nothing where nobody listens, and nothing of the inboxes of providers', async () => {
    const scene = await startWebhooks()
    const { accountId, inboxId } = scene
    await scene.atProvider()
    done(await scene.changeInbox({ accountId, inboxId, changes: { webhookUrl: null } }))
    const displayId = await scene.meet()
    await scene.say(displayId, 'Hello.')
    await scene.work()
    expect(scene.posted).toEqual([])
    expect(await scene.deliveries()).toEqual([])
    expect(scene.world.jobs().filter(({ name }) => name === 'deliver-webhooks')).toEqual([])
  })

  test('signed with a secret that is made once and can be made anew', async () => {
    const scene = await startWebhooks()
    const inbox = { accountId: scene.accountId, inboxId: scene.inboxId }
    const secret = async () => (await scene.revealSecrets([inbox])).get(inbox.inboxId)?.webhook
    const first = await secret()
    expect(first).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/)
    const displayId = await scene.meet()
    await scene.work()
    expect(await secret()).toBe(first)
    done(await scene.replaceSecret({ ...inbox, kind: 'webhook' }))
    const second = await secret()
    expect(second).not.toBe(first)
    await scene.say(displayId, 'Hello.')
    await scene.work()
    expect([scene.posted[0]!, scene.posted.at(-1)!].map((posted) => [first, second].map((key) => isSignedBy(posted, key ?? '')))).toEqual([
      [true, false],
      [false, true],
    ])
  })
})

test('each call costs one transaction, after the one that takes the first', async () => {
  const scene = await startWebhooks()
  const { world, accountId, inboxId } = scene
  await scene.revealSecrets([{ accountId, inboxId }])
  const displayId = await scene.meet()
  for (const content of ['one', 'two']) await scene.say(displayId, content)
  let transactions = 0
  const counting: UnitOfWork = {
    run(work) {
      transactions++
      return world.unitOfWork.run(work)
    },
  }
  await scene.work(scene.time.now, scene.over(counting))
  expect(scene.posted.length).toBeGreaterThan(2)
  expect(transactions).toBe(1 + scene.posted.length)
})

test('what happens in inboxes of providers asks nothing of it: taking in, answering and delivering touch neither table', async () => {
  const scene = await startWebhooks()
  const { world, accountId, author } = scene
  const { run } = world.unitOfWork
  const refused = new Proxy({}, { get: () => () => Promise.reject(new Error('It was asked.')) })
  Object.assign(world.unitOfWork, {
    run: <T, E>(work: (tx: Tx) => Promise<Result<T, E>>) =>
      run((tx) => work({ ...tx, webhooks: refused as Tx['webhooks'], events: refused as Tx['events'] })),
  })
  const displayId = await scene.atProvider()
  done(await scene.sendMessage({ accountId, displayId, author, content: 'Hello.', private: false, contentAttributes: {} }))
  expect((await scene.conversationOf(displayId)).messages).toHaveLength(2)
  await expect(scene.meet()).rejects.toThrow('It was asked.')
})
