import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { setUpTenant } from '../../src/cli/set-up.ts'
import {
  connectedBusiness,
  eventually,
  fetchOurs,
  listConversations,
  listMessages,
  type MessageJson,
  startSystem,
} from '../support/system.ts'

type Answer = Partial<MessageJson> & { readonly code?: string; readonly error?: string }

/** A customer of a connected business who has just written, whose own picture is there, and an agent with files. */
const begin = async () => {
  const system = await startSystem()
  const { customer } = await connectedBusiness(system)
  await system.instagram.write(customer.igsid, { text: 'Hello?' })
  const hasPicture = async () => (await listConversations(system)).find(({ meta }) => meta.sender.thumbnail !== '')
  const conversation = await eventually(hasPicture, 'the conversation and the picture of the customer')
  const call = async (path: string, body: FormData | object, { accountId, token } = system.tenant) => {
    const isForm = body instanceof FormData
    const headers = { api_access_token: token, ...(isForm ? {} : { 'content-type': 'application/json' }) }
    const url = `${system.url}/api/v1/accounts/${accountId}${path}`
    const answer = await fetch(url, { method: 'POST', headers, body: isForm ? body : JSON.stringify(body) })
    return { status: answer.status, replayed: answer.headers.get('idempotent-replayed'), json: await answer.json() }
  }
  const messages = `/conversations/${conversation.id}/messages`
  const send = async (attachments: readonly (string | File)[], fields: Readonly<Record<string, unknown>> = {}) => {
    const form = new FormData()
    for (const [name, value] of Object.entries(fields)) form.set(name, String(value))
    for (const entry of attachments) form.append('attachments[]', entry)
    const isForm = attachments.some((entry) => typeof entry !== 'string')
    const { status, json } = await call(messages, isForm ? form : { ...fields, attachments })
    return { status, json: json as Answer }
  }
  const upload = async (content: Blob, name = 'a.png', tenant = system.tenant) => {
    const form = new FormData()
    form.set('attachment', new File([content], name))
    return (await call('/upload', form, tenant)).json as { file_url: string; blob_key: string; blob_id: string }
  }
  const settled = (id: number | undefined) =>
    eventually(
      async () => (await listMessages(system, conversation.id)).find((m) => m.id === id && m.delivery.state === 'accepted'),
      'delivery',
    )
  const atInstagram = async () =>
    (await system.instagram.messages(customer.igsid))
      .filter(({ from }) => from !== customer.igsid)
      .map(({ text, attachments }) => text ?? attachments.map(({ type }) => type).join())
  const sample = async (name: string) => (await fetch(`${system.instagramUrl}/media/${name}`)).blob()
  return { system, conversation, call, messages, send, upload, settled, atInstagram, sample }
}

const webp = new Blob(['RIFF\0\0\0\0WEBPVP8 '])

describe('an agent uploads first, and then sends by id', () => {
  let scene: Awaited<ReturnType<typeof begin>>
  beforeAll(async () => {
    scene = await begin()
  })
  afterAll(() => scene.system[Symbol.asyncDispose]())

  test('in a request of its own: the picture reaches the customer, and its address lasts', async () => {
    const { system, upload, send, settled, atInstagram, sample, conversation } = scene
    const picture = await sample('a.png')
    const { file_url, blob_id } = await upload(picture, 'shop.png')
    expect(await (await fetchOurs(system, file_url)).bytes()).toEqual(await picture.bytes())
    const sent = await send([blob_id], { content: 'I am {{ agent.name }}.' })
    expect([sent.status, sent.json.attachments]).toMatchObject([
      200,
      [{ file_type: 'image', media_state: 'stored', content_type: 'image/png' }],
    ])
    const message = await settled(sent.json.id)
    expect((await atInstagram()).slice(-2)).toEqual(['image', 'I am Tess Tester.'])
    expect(message.attachments?.[0]?.data_url).toBe(file_url)
    expect(await (await fetchOurs(system, file_url)).bytes()).toEqual(await picture.bytes())

    const before = await listMessages(system, conversation.id)
    expect(await send([blob_id])).toMatchObject({ status: 422, json: { code: 'message.attachments_not_uploaded' } })
    expect(await listMessages(system, conversation.id)).toEqual(before)
  })

  test('as ActiveStorage’s clients do, beside a file and one from an address, in their order', async () => {
    const { system, call, conversation, send, settled, atInstagram, sample } = scene
    const [picture, paper] = [await sample('a.png'), await sample('sample.pdf')]
    const bytes = Buffer.from(await picture.bytes())
    const checksum = createHash('md5').update(bytes).digest('base64')
    const blob = { filename: 'direct.png', content_type: 'image/png', byte_size: bytes.length, checksum }
    const { status, json } = await call(`/conversations/${conversation.id}/direct_uploads`, { blob })
    expect([status, json]).toMatchObject([200, { ...blob, signed_id: expect.any(String) }])
    const { pathname } = new URL(json.direct_upload.url)
    const bring = async (body: Uint8Array) =>
      (await fetch(system.url + pathname, { method: 'PUT', headers: json.direct_upload.headers, body: Buffer.from(body) })).status
    expect((await send([json.signed_id])).status).toBe(422)
    expect([await bring(bytes.toReversed()), await bring(bytes.subarray(1)), await bring(bytes), await bring(bytes)]).toEqual([
      422, 422, 204, 204,
    ])

    const fetched = await call('/upload', { external_url: `${system.instagramUrl}/media/sample.mp4` })
    expect(fetched.status).toBe(200)
    const sent = await send([fetched.json.blob_id, new File([paper], 'list.pdf'), json.signed_id], { content: 'Three.' })
    expect(sent.json.attachments?.map(({ file_type }) => file_type)).toEqual(['video', 'file', 'image'])
    await settled(sent.json.id)
    expect((await atInstagram()).slice(-4)).toEqual(['video', 'file', 'image', 'Three.'])
    expect(await bring(bytes)).toBe(404)
  })

  test('what Instagram does not take is refused at once with the limit, and may be a note', async () => {
    const { upload, send, atInstagram } = scene
    const before = await atInstagram()
    const { blob_id } = await upload(webp, 'a.webp')
    expect(await send([blob_id])).toMatchObject({
      status: 422,
      json: { code: 'attachment.type_unsupported', error: expect.stringContaining('"a.webp" is image/webp') },
    })
    expect(await send([blob_id], { content: 'Look.', private: true })).toMatchObject({ status: 200, json: { attachments: [{}] } })
    expect(await atInstagram()).toEqual(before)
  })

  test('nobody sends or sees what is another account’s', async () => {
    const { system, upload, send, conversation, call } = scene
    const other = await setUpTenant(system.platform, { account: 'Other shop', name: 'Oda', email: `oda-${process.pid}@other.example` })
    const { blob_id } = await upload(webp, 'theirs.webp', other)
    expect(await send([blob_id], { private: true })).toMatchObject({ status: 422, json: { code: 'message.attachments_not_uploaded' } })
    const blob = { filename: 'a', content_type: '', byte_size: 1, checksum: 'rL0Y20zC+Fzt72VPzMSk2A==' }
    expect((await call(`/conversations/${conversation.id}/direct_uploads`, { blob }, other)).status).toBe(404)
  })

  test('of two requests that send it at once one does; a repeated one is answered as before', async () => {
    const { system, upload, send, messages, conversation } = scene
    const before = await listMessages(system, conversation.id)
    const { blob_id } = await upload(webp)
    const sent = await Promise.all(Array.from({ length: 6 }, () => send([blob_id], { private: true })))
    expect(sent.map(({ status }) => status).toSorted()).toEqual([200, 422, 422, 422, 422, 422])

    const body = JSON.stringify({ private: true, attachments: [(await upload(webp)).blob_id] })
    const headers = { api_access_token: system.tenant.token, 'content-type': 'application/json', 'idempotency-key': 'once' }
    const url = `${system.url}/api/v1/accounts/${system.tenant.accountId}${messages}`
    const answers = [await fetch(url, { method: 'POST', headers, body }), await fetch(url, { method: 'POST', headers, body })]
    expect(answers.map(({ status, headers }) => [status, headers.get('idempotent-replayed')])).toEqual([
      [200, null],
      [200, 'true'],
    ])
    expect(await answers[1]?.json()).toEqual(await answers[0]?.json())
    expect(await listMessages(system, conversation.id)).toHaveLength(before.length + 2)
  })
})
