import { createHmac } from 'node:crypto'
import { describe, expect, onTestFinished, test } from 'vitest'
import { freshPostgresUrl } from '../support/databases.ts'
import { type ConversationJson, fetchOurs, listConversations, listMessages, type MessageJson, startSystem } from '../support/system.ts'

interface InboxJson {
  readonly id: number
  readonly inbox_identifier: string
  readonly hmac_token: string
}

/** Of a person, a conversation or a message: what a test looks at. */
interface Told {
  readonly id: number
  readonly source_id: string
  readonly code: string
  readonly content: string | null
  readonly attachments?: readonly { readonly data_url: string; readonly file_type: string; readonly content_type: string }[]
  readonly messages: readonly Told[]
}

const onPostgres = async (): Promise<string> => {
  const database = await freshPostgresUrl()
  onTestFinished(() => database[Symbol.asyncDispose]())
  return database.url
}

/** A shop with an inbox of its own software, and what a customer's app does there. */
const begin = async (open: () => Promise<string | undefined> = onPostgres, env: Readonly<Record<string, string>> = {}) => {
  const databaseUrl = await open()
  const system = await startSystem(databaseUrl === undefined ? { env } : { databaseUrl, env })
  onTestFinished(() => system[Symbol.asyncDispose]())
  const { api } = system
  const inbox = await api<InboxJson>('POST', '/inboxes', { name: 'Our app', channel: { type: 'api' } })
  const base = `/public/api/v1/inboxes/${inbox.inbox_identifier}`
  const app = async (method: string, path: string, body?: object | FormData) => {
    const isForm = body instanceof FormData
    const answer = await fetch(`${system.url}${base}${path}`, {
      method,
      ...(body !== undefined && { body: isForm ? body : JSON.stringify(body) }),
      ...(body !== undefined && !isForm && { headers: { 'content-type': 'application/json' } }),
    })
    const text = await answer.text()
    const json: Told & readonly Told[] = text === '' ? {} : JSON.parse(text)
    return { status: answer.status, json, text }
  }
  const enter = async (said: object = {}) => (await app('POST', '/contacts', said)).json.source_id
  const prove = (identifier: string, secret = inbox.hmac_token) => ({
    identifier,
    identifier_hash: createHmac('sha256', secret).update(identifier).digest('hex'),
  })
  return { system, api, inbox, app, enter, prove }
}

const png = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==', 'base64')

const databases = [
  { name: 'embedded', open: async () => undefined },
  { name: 'postgres18', open: onPostgres },
]

describe.each(databases)('a customer’s own app on $name', ({ open }) => {
  test('comes in, writes with a picture, reads the answer, chooses and is done', async () => {
    const { system, api, inbox, app } = await begin(open)
    expect((await app('GET', '')).json).toMatchObject({ identifier: inbox.inbox_identifier, identity_validation_enabled: false })
    const entered = await app('POST', '/contacts', { name: 'Mia', email: 'mia@shop.example', custom_attributes: { plan: 'pro' } })
    expect(entered).toMatchObject({ status: 200, json: { name: 'Mia', email: 'mia@shop.example', pubsub_token: '' } })
    const mine = `/contacts/${entered.json.source_id}`
    expect((await app('GET', mine)).json).toEqual(entered.json)
    expect((await app('PATCH', mine, { name: 'Mia M.' })).json).toMatchObject({ id: entered.json.id, name: 'Mia M.' })

    const started = await app('POST', `${mine}/conversations`, { custom_attributes: { order: 7 } })
    expect(started).toMatchObject({ status: 200, json: { status: 'open', messages: [], contact: { name: 'Mia M.' } } })
    const talk = `${mine}/conversations/${started.json.id}`
    const form = new FormData()
    form.set('content', 'Is this yours?')
    form.set('echo_id', 'local-1')
    form.append('attachments[]', new File([png], 'found.png', { type: 'application/octet-stream' }))
    const written = await app('POST', `${talk}/messages`, form)
    expect(written).toMatchObject({
      status: 200,
      json: { message_type: 0, echo_id: 'local-1', sender: { name: 'Mia M.', type: 'contact' } },
    })
    const [picture] = written.json.attachments ?? []
    expect(picture).toMatchObject({ file_type: 'image', content_type: 'image/png' })
    expect(Buffer.from(await (await fetchOurs(system, picture?.data_url ?? '')).bytes())).toEqual(png)

    const [listed] = await listConversations(system)
    expect(listed).toMatchObject({ id: started.json.id, unread_count: 1, custom_attributes: { order: 7 }, meta: { hmac_verified: false } })
    const messages = `/conversations/${listed?.id}/messages`
    await api('POST', messages, { content: 'A colleague’s joke', private: true })
    const items = [{ title: 'Yes', value: 'y' }]
    const answer = await api<MessageJson>('POST', messages, {
      content: 'Is it?',
      content_type: 'input_select',
      content_attributes: { items },
    })
    const read = await app('GET', `${talk}/messages`)
    expect(read.json.map(({ content }) => content)).toEqual(['Is this yours?', 'Is it?'])
    expect(read.text).not.toMatch(/joke|@shop\.example|external_error/)
    expect((await app('GET', talk)).json.messages).toEqual(read.json)
    expect((await app('GET', `${mine}/conversations`)).json.map(({ id }) => id)).toEqual([started.json.id])

    const chosen = await app('PATCH', `${talk}/messages/${answer.id}`, { submitted_values: { title: 'Yes', value: 'y' } })
    expect(chosen.json).toMatchObject({ content_attributes: { items, submitted_values: [{ title: 'Yes', value: 'y' }] } })
    expect((await app('POST', `${talk}/toggle_typing`, { typing_status: 'on' })).status).toBe(200)
    expect((await app('POST', `${talk}/update_last_seen`)).status).toBe(200)
    expect((await listMessages(system, started.json.id)).map(({ status }) => status)).toEqual(['sent', 'sent', 'read'])
    expect((await app('POST', `${talk}/toggle_status`)).json).toMatchObject({ status: 'resolved' })
    await app('POST', `${talk}/messages`, { content: 'One more thing' })
    expect((await app('GET', talk)).json).toMatchObject({ status: 'open' })
  })
})

describe('a customer’s own app', () => {
  test('proves who its customer is: right, wrong, missing, and where it has to', async () => {
    const { api, inbox, app, enter, prove, system } = await begin()
    const known = { inbox_id: inbox.id, name: 'Mia', email: 'mia@shop.example', identifier: 'user-77' }
    const { payload } = await api<{ payload: { contact: { id: number } } }>('POST', '/contacts', known)
    const proof = prove('user-77')
    for (const wrong of [prove('user-78'), prove('user-77', 'guess'), { identifier_hash: 'x' }])
      expect(await app('POST', '/contacts', { ...proof, identifier_hash: wrong.identifier_hash })).toMatchObject({
        status: 401,
        json: { code: 'identity.wrong', error: expect.stringMatching(/\.$/) },
      })
    const right = await app('POST', '/contacts', proof)
    expect(right).toMatchObject({ status: 200, json: { id: payload.contact.id, name: 'Mia', email: 'mia@shop.example' } })
    expect(await enter(proof)).toBe(right.json.source_id)

    const guest = await app('POST', '/contacts', { identifier: 'user-77', email: 'mia@shop.example', name: 'Eve' })
    expect(guest).toMatchObject({ status: 200, json: { name: 'Eve', email: 'mia@shop.example' } })
    expect(guest.json.id).not.toBe(payload.contact.id)
    expect(await api('GET', `/contacts/${guest.json.id}`)).toMatchObject({
      payload: { email: null, identifier: null, additional_attributes: { unverified: { identifier: 'user-77' } } },
    })

    const mine = `/contacts/${right.json.source_id}`
    const earlier = await api<ConversationJson>('POST', '/conversations', { contact_id: payload.contact.id, inbox_id: inbox.id })
    const later = (await app('POST', `${mine}/conversations`, {})).json.id
    expect((await app('GET', `${mine}/conversations`)).json.map(({ id }) => id)).toEqual([later, earlier.id])
    const verified = (await listConversations(system)).find(({ id }) => id === later)
    expect(verified?.meta).toMatchObject({ hmac_verified: true })

    await api('PATCH', `/inboxes/${inbox.id}`, { channel: { hmac_mandatory: true } })
    expect(await app('POST', '/contacts', { name: 'Eve' })).toMatchObject({ status: 401, json: { code: 'identity.required' } })
    expect(await app('GET', `/contacts/${guest.json.source_id}`)).toMatchObject({ status: 401 })
    expect((await app('GET', mine)).status).toBe(200)
    expect((await app('GET', '')).json).toMatchObject({ identity_validation_enabled: true })
  })

  test('sees nothing of anybody else, whatever it names', async () => {
    const { api, app, enter, prove, inbox, system } = await begin()
    const mia = `/contacts/${await enter({ ...prove('mia'), name: 'Mia' })}`
    const { id } = (await app('POST', `${mia}/conversations`, {})).json
    const secret = (await app('POST', `${mia}/conversations/${id}/messages`, { content: 'my secret' })).json
    await api('POST', '/contacts', { inbox_id: inbox.id, name: 'Bo', source_id: 'bo-1' })
    const eve = await enter({ name: 'Eve' })
    const other = await api<InboxJson>('POST', '/inboxes', { name: 'Other', channel: { type: 'api' } })
    const talk = `/contacts/${eve}/conversations/${id}`
    const wanted: readonly (readonly [string, string, object?])[] = [
      ['GET', '/contacts/bo-1'],
      ['GET', '/contacts/mia'],
      ['GET', '/contacts/erased:1/conversations'],
      ['GET', talk],
      ['GET', `${talk}/messages`],
      ['POST', `${talk}/messages`, { content: 'me too' }],
      ['POST', `${talk}/toggle_status`, {}],
      ['POST', `${talk}/toggle_typing`, { typing_status: 'on' }],
      ['POST', `${talk}/update_last_seen`, {}],
      ['PATCH', `${talk}/messages/${secret.id}`, { submitted_values: { value: 'x' } }],
      ['PATCH', '/contacts/bo-1', { name: 'Eve' }],
    ]
    for (const [method, path, body] of wanted) expect(await app(method, path, body), `${method} ${path}`).toMatchObject({ status: 404 })
    const elsewhere = `${system.url}/public/api/v1/inboxes/${other.inbox_identifier}/contacts/${eve}`
    for (const url of [elsewhere, elsewhere.replace(other.inbox_identifier, 'nobody')]) expect((await fetch(url)).status).toBe(404)
    const planted = await app('POST', '/contacts', { source_id: 'bo-1', name: 'Eve' })
    expect(planted).toMatchObject({ status: 422, json: { code: 'visitor.source_id_unknown' } })
    expect((await listMessages(system, id)).map(({ content }) => content)).toEqual(['my secret'])
    const { platform, tenant } = system
    const { id: user_id } = await platform<{ id: number }>('POST', '/platform/api/v1/users', { name: 'Ann', email: 'ann@shop.example' })
    await platform('POST', `/platform/api/v1/accounts/${tenant.accountId}/account_users`, { user_id, role: 'agent' })
    const { access_token } = await platform<{ access_token: string }>('POST', `/platform/api/v1/users/${user_id}/token`)
    const shown = await fetch(`${system.url}/api/v1/accounts/${tenant.accountId}/inboxes`, { headers: { api_access_token: access_token } })
    const text = await shown.text()
    expect([text.includes(inbox.inbox_identifier), text.includes(inbox.hmac_token)]).toEqual([true, false])
  })
})

test('who calls too often is told to wait, by the address that a proxy wrote down', async () => {
  const { system, inbox, app } = await begin(onPostgres, { CLIENT_CALLS_PER_MINUTE: '1' })
  const call = (address: string) =>
    fetch(`${system.url}/public/api/v1/inboxes/${inbox.inbox_identifier}`, { headers: { 'x-forwarded-for': address } })
  const answers = [await call('8.8.8.8'), await call('8.8.8.8'), await call('9.9.9.9')]
  expect(answers.map(({ status }) => status)).toEqual([200, 429, 200])
  expect(Number(answers[1]?.headers.get('retry-after'))).toBeGreaterThan(0)
  expect([(await app('GET', '')).status, (await app('GET', '')).status]).toEqual([200, 200])
})
