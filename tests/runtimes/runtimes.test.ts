import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { app, connect, connectedBusiness, eventually, fetchOurs, listConversations, listInboxes, listMessages } from '../support/system.ts'
import { watchConnections } from './connections.ts'
import { type Installation, install } from './installation.ts'
import { sendWithLostAnswer } from './lost-answer.ts'
import { migratedPostgres } from './migrated-postgres.ts'
import { beginWebhook, refusesConnections } from './slow-webhook.ts'
import { runtimes } from './toolchains.ts'
import { textWebhook, writtenConversation } from './written-conversation.ts'

describe.each(runtimes)('Dovecote on $name', (runtime) => {
  const stack = new AsyncDisposableStack()
  const connections = stack.use(watchConnections())
  let dovecote: Installation

  beforeAll(async () => {
    const database = runtime.isServer ? undefined : stack.use(await migratedPostgres())
    dovecote = stack.use(await install(runtime, database && { databaseUrl: database.url }))
  })
  afterAll(() => stack.disposeAsync())

  test('says that it lives and is ready', async () => {
    expect((await fetch(`${dovecote.url}/livez`)).status).toBe(200)
    const ready = await fetch(`${dovecote.url}/readyz`)
    expect(ready.status).toBe(200)
    expect(await ready.json()).toMatchObject({ checks: { intake: { ok: true } } })
  })

  test('answers the handshake to who knows the verify token', async () => {
    const ask = (token: string) => {
      const query = new URLSearchParams({ 'hub.mode': 'subscribe', 'hub.verify_token': token, 'hub.challenge': '1158201444' })
      return fetch(`${dovecote.url}/webhooks/instagram?${query}`)
    }
    const right = await ask(app.verifyToken)
    expect([right.status, await right.text()]).toEqual([200, '1158201444'])
    const wrong = await ask(`${app.verifyToken}!`)
    expect(wrong.status).toBe(403)
    expect(await wrong.text()).not.toContain('1158201444')
  })

  test('refuses a forged webhook and keeps nothing of it', async () => {
    const kept = () => dovecote.platform<{ meta: { count: number } }>('GET', '/platform/api/v1/intake_events')
    const before = (await kept()).meta.count
    for (const secret of [null, 'the-secret-of-somebody-else', '']) {
      const answer = await dovecote.webhook(textWebhook('17841400000000009', '662000000000009', 'forged', 'forged'), { secret })
      expect(answer.status).toBe(401)
    }
    expect((await kept()).meta.count).toBe(before)
  })

  test('connects an account through the whole sign-in', async () => {
    const business = await dovecote.instagram.createBusiness({ username: 'dove.cote' })
    expect(await connect(dovecote, business.user_id)).toMatch(/\/app\/accounts\/\d+\/settings\/inboxes\/new\/\d+\/agents$/)
    const inbox = await eventually(async () => (await listInboxes(dovecote)).find((each) => each.instagram_id === business.user_id))
    expect(inbox).toMatchObject({ name: 'dove.cote', connection: { state: 'connected', webhooks_subscribed: true } })
  })

  test('takes in what is signed, whatever is in it', async () => {
    const { inbox } = await connectedBusiness(dovecote)
    const sender = '662000000000001'
    const answer = await dovecote.webhook(textWebhook(inbox.instagram_id, sender, 'signed', 'Grüße 👋 \u0000 \ud83d'))
    expect(answer.status).toBe(200)
    const find = async () => (await listConversations(dovecote)).find((each) => each.contact_inbox.source_id === sender)
    const { id } = await eventually(find, 'the conversation')
    const [received] = await listMessages(dovecote, id)
    expect(received).toMatchObject({ message_type: 0, content: expect.stringContaining('Grüße 👋'), delivery: { state: 'received' } })
  })

  test('delivers an answer', async () => {
    const { customer, send, settled } = await writtenConversation(dovecote)
    const message = await settled(await send('Until six – see you! 🍞'), 'accepted')
    const atProvider = (await dovecote.instagram.messages(customer.igsid)).filter(({ text }) => text === 'Until six – see you! 🍞')
    expect(atProvider.map(({ mid }) => mid)).toEqual([message.source_id])
    expect(message).toMatchObject({ status: 'sent', message_type: 1 })
  })

  test('copies a picture and serves it from an address of its own', async () => {
    const { customer, messages } = await writtenConversation(dovecote)
    const picture = `${dovecote.instagramUrl}/media/loaf.png`
    await dovecote.instagram.write(customer.igsid, { attachments: [{ type: 'image', url: picture }] })
    const stored = await eventually(async () => {
      const attachment = (await messages()).at(-1)?.attachments?.[0]
      return attachment?.media_state === 'stored' && attachment
    }, 'storing the picture')
    const original = await (await fetch(picture)).bytes()
    const whole = await fetchOurs(dovecote, stored.data_url)
    expect([whole.status, whole.headers.get('content-type')]).toEqual([200, 'image/png'])
    expect(await whole.bytes()).toEqual(original)
    const part = await fetchOurs(dovecote, stored.data_url, { headers: { range: 'bytes=8-15' } })
    expect([part.status, part.headers.get('content-range')]).toEqual([206, `bytes 8-15/${original.length}`])
    expect(await part.bytes()).toEqual(original.slice(8, 16))
  })

  test('sends a picture that an agent attached', async () => {
    const { customer, conversation, settled } = await writtenConversation(dovecote)
    const loaf = await (await fetch(`${dovecote.instagramUrl}/media/loaf.png`)).bytes()
    const large = new Uint8Array(3 * 1024 * 1024)
    large.set(loaf)
    const form = new FormData()
    form.set('content', 'Fresh – see! 🍞')
    form.append('attachments[]', new File([large], 'loaf.png'))
    const address = `${dovecote.url}/api/v1/accounts/${dovecote.tenant.accountId}/conversations/${conversation}/messages`
    const posted = await fetch(address, { method: 'POST', headers: { api_access_token: dovecote.tenant.token }, body: form })
    expect(posted.status).toBe(200)
    const { id }: { id: number } = await posted.json()
    const message = await settled(id, 'accepted')
    const atProvider = (await dovecote.instagram.messages(customer.igsid)).filter(({ origin }) => origin === 'api')
    expect(atProvider).toMatchObject([{ attachments: [{ type: 'image' }] }, { text: 'Fresh – see! 🍞' }])
    const kept = await fetchOurs(dovecote, message.attachments?.[0]?.data_url ?? '')
    expect(await kept.bytes()).toEqual(large)
  })

  test('sends a picture that was announced and brought before, with words that name the agent', async () => {
    const { customer, conversation, settled } = await writtenConversation(dovecote)
    const loaf = await (await fetch(`${dovecote.instagramUrl}/media/loaf.png`)).bytes()
    const post = async (path: string, body: object) => {
      const headers = { api_access_token: dovecote.tenant.token, 'content-type': 'application/json' }
      const address = `${dovecote.url}/api/v1/accounts/${dovecote.tenant.accountId}/conversations/${conversation}/${path}`
      return (await fetch(address, { method: 'POST', headers, body: JSON.stringify(body) })).json()
    }
    const checksum = createHash('md5').update(loaf).digest('base64')
    const announced = await post('direct_uploads', { blob: { filename: 'loaf.png', byte_size: loaf.length, checksum } })
    const bring = async (body: Uint8Array<ArrayBuffer>) =>
      (await fetch(dovecote.url + new URL(announced.direct_upload.url).pathname, { method: 'PUT', body })).status
    expect([await bring(loaf.toReversed()), await bring(loaf)]).toEqual([422, 204])
    const { id } = await post('messages', { content: '{{ agent.name | upcase }}', attachments: [announced.signed_id] })
    const { content } = await settled(id, 'accepted')
    expect(content).toMatch(/^[A-Z ]+$/)
    const atProvider = (await dovecote.instagram.messages(customer.igsid)).filter(({ origin }) => origin === 'api')
    expect(atProvider).toMatchObject([{ attachments: [{ type: 'image' }] }, { text: content }])
  })

  // A fetch that repeats by itself what got no answer sends twice; some do so only where a connection was in use before.
  test.each([
    { echo: 'after', end: 'accepted' },
    { echo: 'none', end: 'uncertain' },
  ] as const)('sends once although the answer is lost: $end with echo $echo', async ({ echo, end }) => {
    for (let attempt = 1; attempt <= 10; attempt++) {
      const sent = await sendWithLostAnswer(dovecote, `attempt ${attempt}, echo ${echo}`, echo, end)
      expect(sent).toEqual({ delivered: 1, asked: 1, states: [end] })
      if (connections.carriedBefore(/^POST \/graph\/.*\/messages$/) > 0) return
    }
    throw new Error('Of ten connections none was in use before.')
  })

  test.runIf(runtime.isServer)('told to stop, it answers what it had begun, and finds everything again', async () => {
    const { inbox, customer, messages, send, settled } = await writtenConversation(dovecote)
    await settled(await send('Until six.'), 'accepted')
    await dovecote.instagram.idle()
    const begun = await beginWebhook(dovecote.url, textWebhook(inbox.instagram_id, customer.igsid, 'late', 'Thank you!'))
    const ending = dovecote.stop()
    await eventually(() => refusesConnections(dovecote.url), 'the stop')
    expect(await begun.finish()).toBe(200)
    expect(await ending).toEqual({ code: 0, signal: null })

    await dovecote.start()
    const all = await eventually(async () => (await messages()).length === 3 && messages(), 'the third message')
    expect(all.map(({ content }) => content)).toEqual(['Is it open?', 'Until six.', 'Thank you!'])
    expect(await dovecote.stop()).toEqual({ code: 0, signal: null })
  })
})
