import { describe, expect, onTestFinished, test } from 'vitest'
import {
  connectedBusiness,
  eventually,
  fetchOurs,
  listConversations,
  listMessages,
  type MessageJson,
  startSystem,
} from '../support/system.ts'

/** A customer of a connected business who has just written, and what the agent can do. */
const begin = async (env: Readonly<Record<string, string>> = {}) => {
  const system = await startSystem({ env })
  onTestFinished(() => system[Symbol.asyncDispose]())
  const { customer, inbox, business } = await connectedBusiness(system)
  await system.instagram.write(customer.igsid, { text: 'Hello?' })
  const conversation = await eventually(async () => (await listConversations(system))[0], 'the conversation')
  const path = `/conversations/${conversation.id}/messages`
  const post = async (body: FormData): Promise<{ status: number; json: MessageJson & { code?: string; error?: string } }> => {
    const address = `${system.url}/api/v1/accounts/${system.tenant.accountId}${path}`
    const answer = await fetch(address, { method: 'POST', headers: { api_access_token: system.tenant.token }, body })
    return { status: answer.status, json: await answer.json() }
  }
  const settled = (id: number, state = 'accepted') =>
    eventually(async () => (await listMessages(system, conversation.id)).find((m) => m.id === id && m.delivery.state === state), state)
  const fromBusiness = async () => (await system.instagram.messages(customer.igsid)).filter(({ from }) => from !== customer.igsid)
  const sample = async (name: string) => (await fetch(`${system.instagramUrl}/media/${name}`)).blob()
  return { ...system, system, customer, inbox, business, conversation, path, post, settled, fromBusiness, sample }
}

const formOf = (content: string, ...files: File[]): FormData => {
  const form = new FormData()
  if (content !== '') form.set('content', content)
  for (const file of files) form.append('attachments[]', file)
  return form
}

const fileOf = (blob: Blob, name: string): File => new File([blob], name, { type: blob.type })

describe('files', () => {
  const kinds = [
    ['a.png', 'image', 'image/png'],
    ['sample.wav', 'audio', 'audio/wav'],
    ['sample.mp4', 'video', 'video/mp4'],
    ['sample.pdf', 'file', 'application/pdf'],
  ] as const

  test('of every kind reach the customer where Instagram cannot reach us, once each, and stay ours', async () => {
    const { post, settled, sample, fromBusiness, system, conversation, instagram } = await begin()
    for (const [name, type, contentType] of kinds) {
      const { status, json } = await post(formOf('', fileOf(await sample(name), name)))
      expect([status, json.content, json.attachments]).toMatchObject([
        200,
        null,
        [{ file_type: type, content_type: contentType, media_state: 'stored' }],
      ])
      const message = await settled(json.id)
      const atInstagram = (await fromBusiness()).at(-1)
      expect(atInstagram).toMatchObject({ mid: message.source_id, text: null, attachments: [{ type }] })
      const kept = await fetchOurs(system, message.attachments?.[0]?.data_url ?? '')
      expect(await kept.bytes()).toEqual(await (await sample(name)).bytes())
    }
    await instagram.idle()
    expect((await listMessages(system, conversation.id)).filter(({ message_type }) => message_type === 1)).toHaveLength(kinds.length)
    expect((await instagram.requests({ path: 'message_attachments' })).length).toBe(kinds.length)
  })

  test('are got by Instagram from our signed address where it can reach us; images together, then the words', async () => {
    const env = { FRONTEND_URL: 'https://inbox.shop.example' }
    const { post, settled, sample, fromBusiness, instagram, url } = await begin(env)
    await instagram.configure({ media_origins: { [env.FRONTEND_URL]: url } })
    const picture = async (name: string) => fileOf(await sample(name), name)
    const { json } = await post(formOf('Three, and a list.', await picture('a.png'), await picture('b.png'), await picture('sample.pdf')))
    const message = await settled(json.id)
    expect((await fromBusiness()).map(({ text, attachments }) => text ?? attachments.map(({ type }) => type))).toEqual([
      ['image', 'image'],
      ['file'],
      'Three, and a list.',
    ])
    expect(message.delivery.parts.map((part) => [part.kind, part.external_id])).toEqual(
      (await fromBusiness()).map(({ mid, text }) => [text === null ? 'attachment' : 'text', mid]),
    )
    const calls = await instagram.requests({ path: '/messages', method: 'POST' })
    expect(JSON.stringify(calls[0]?.body)).toContain('https://inbox.shop.example/media/')
    expect(await instagram.requests({ path: 'message_attachments' })).toEqual([])
  })

  test('that Instagram does not take are refused at once, with the limit', async () => {
    const { post, sample, fromBusiness, system, conversation } = await begin()
    const large = new File([await sample('a.png'), new Uint8Array(8 * 1024 * 1024)], 'large.png')
    expect(await post(formOf('', large))).toMatchObject({
      status: 422,
      json: { code: 'attachment.too_large', error: expect.stringContaining('"large.png" is too large') },
    })
    const webp = new File(['RIFF\0\0\0\0WEBPVP8 '], 'a.png')
    expect(await post(formOf('', webp))).toMatchObject({
      status: 422,
      json: { code: 'attachment.type_unsupported', error: expect.stringContaining('image/webp') },
    })
    expect((await listMessages(system, conversation.id)).map(({ content }) => content)).toEqual(['Hello?'])
    expect(await fromBusiness()).toEqual([])
  })

  test('that Instagram refuses fail alone, and go when they are sent again', async () => {
    const { post, settled, sample, fromBusiness, instagram, api, path } = await begin()
    const refusal = { status: 400, body: { error: { code: 100, error_subcode: 2018047 } } }
    await instagram.addFault({ match: { host: 'graph', path: '/message_attachments$' }, times: 1, do: refusal })
    const { json } = await post(formOf('Here it is.', fileOf(await sample('a.png'), 'a.png')))
    const failed = await settled(json.id, 'refused')
    expect(failed).toMatchObject({ status: 'failed', delivery: { error: { class: 'media' } } })
    await eventually(async () => (await fromBusiness()).length === 1, 'the words')
    await api('POST', `${path}/${json.id}/retry`)
    await settled(json.id)
    expect((await fromBusiness()).map(({ text, attachments }) => text ?? attachments[0]?.type)).toEqual(['Here it is.', 'image'])
  })
})

describe('beside text and files', () => {
  const say = (scene: Awaited<ReturnType<typeof begin>>, body: object) => scene.api<MessageJson>('POST', scene.path, body)
  const lastCall = async ({ instagram }: Awaited<ReturnType<typeof begin>>) =>
    (await instagram.requests({ path: '/messages', method: 'POST' })).at(-1)?.body

  test('an answer quotes, choices can be tapped, cards have buttons, a heart is a heart', async () => {
    const scene = await begin()
    const { customer, conversation, settled, instagram, system, fromBusiness } = scene
    const [question] = await listMessages(system, conversation.id)
    const answer = await say(scene, { content: 'Which colour?', content_attributes: { in_reply_to: question?.id } })
    await settled(answer.id)
    expect((await fromBusiness()).at(-1)?.reply_to).toEqual({ mid: question?.source_id })

    const items = [
      { title: 'Red', value: 'red' },
      { title: 'Blue', value: 'blue' },
    ]
    const choices = await say(scene, { content: 'Tap one.', content_type: 'input_select', content_attributes: { items } })
    expect(choices).toMatchObject({ content_type: 'input_select', content_attributes: { items } })
    await settled(choices.id)
    expect(await lastCall(scene)).toMatchObject({ message: { text: 'Tap one.', quick_replies: [{ title: 'Red', payload: 'red' }, {}] } })
    await instagram.write(customer.igsid, { text: 'Blue', quick_reply: 'blue' })
    await eventually(async () => (await listMessages(system, conversation.id)).find(({ content }) => content === 'Blue'), 'the tap')

    const actions = [{ text: 'See', type: 'link', uri: 'https://shop.example/jar' }]
    const card = { title: 'A jar', description: 'Blue', media_url: 'https://shop.example/jar.png', actions }
    const cards = await say(scene, { content: 'Here:', content_type: 'cards', content_attributes: { items: [card, card] } })
    await settled(cards.id)
    expect((await fromBusiness()).slice(-2)).toMatchObject([
      { text: 'Here:' },
      { attachments: [{ type: 'template', payload: { template_type: 'generic', elements: [{ title: 'A jar', subtitle: 'Blue' }, {}] } }] },
    ])
    const postback = { title: 'Shall we send it?', actions: [{ text: 'Yes', type: 'postback', payload: 'send' }] }
    const bare = await say(scene, { content_type: 'cards', content_attributes: { items: [postback] } })
    await settled(bare.id)
    expect(await lastCall(scene)).toMatchObject({ message: { attachment: { payload: { template_type: 'button', text: postback.title } } } })

    const heart = await say(scene, { content: '❤️', content_type: 'sticker' })
    await settled(heart.id)
    expect((await fromBusiness()).at(-1)?.attachments).toEqual([{ type: 'like_heart' }])
    await instagram.idle()
    const outgoing = (await listMessages(system, conversation.id)).filter(({ message_type }) => message_type === 1)
    expect(outgoing.map(({ id }) => id)).toEqual([answer.id, choices.id, cards.id, bare.id, heart.id])
  })

  test('what Instagram does not show is refused at once, with the limit', async () => {
    const scene = await begin()
    const { fromBusiness } = scene
    const items = Array.from({ length: 14 }, (_, n) => ({ title: `${n}`, value: `${n}` }))
    const refused = async (body: object) => await say(scene, body).then(String, (error: Error) => error.message)
    expect(await refused({ content: 'x', content_type: 'input_select', content_attributes: { items } })).toContain('at most 13')
    const long = [{ title: 'x'.repeat(21), value: 'x' }]
    expect(await refused({ content: 'x', content_type: 'input_select', content_attributes: { items: long } })).toContain('at most 20')
    expect(await refused({ content: '👍', content_type: 'sticker' })).toContain('cannot show content of this type')
    expect(await refused({ content: 'x', content_attributes: { in_reply_to: 999_999 } })).toContain('not in this conversation')
    expect(await fromBusiness()).toEqual([])
  })
})

describe('what an agent does', () => {
  test('typing is seen as long as they do, a reaction until it is taken back', async () => {
    const { api, conversation, instagram, customer, system } = await begin()
    const type = async (typing_status: string) => {
      const address = `${system.url}/api/v1/accounts/${system.tenant.accountId}/conversations/${conversation.id}/toggle_typing_status`
      const headers = { api_access_token: system.tenant.token, 'content-type': 'application/json' }
      expect((await fetch(address, { method: 'POST', headers, body: JSON.stringify({ typing_status }) })).status).toBe(200)
    }
    await type('on')
    await type('on')
    const calls = async () => (await instagram.requests({ path: '/messages', method: 'POST' })).map(({ body }) => body)
    expect(await calls()).toEqual([{ recipient: { id: customer.igsid }, sender_action: 'typing_on' }])

    expect((await listConversations(system))[0]?.unread_count).toBe(1)
    expect(await api('POST', `/conversations/${conversation.id}/update_last_seen`)).toMatchObject({ unread_count: 0 })
    expect((await instagram.messages(customer.igsid)).map(({ seen }) => seen)).toEqual([true])

    const [question] = await listMessages(system, conversation.id)
    const reactions = `/conversations/${conversation.id}/messages/${question?.id}/reactions`
    const atInstagram = async () => (await instagram.messages(customer.igsid))[0]?.reactions.map(({ emoji }) => emoji)
    const reacted = await api<MessageJson>('POST', reactions, { emoji: '👍' })
    expect(reacted.content_attributes.reactions).toMatchObject([{ emoji: '👍', sender: 'business' }])
    expect(await atInstagram()).toEqual(['👍'])
    const taken = await api<MessageJson>('DELETE', reactions)
    expect([taken.content_attributes.reactions, await atInstagram()]).toEqual([[], []])

    await instagram.updateCustomer(customer.igsid, { send_error: 'personUnavailable' })
    await expect(api('POST', reactions, { emoji: '👍' })).rejects.toThrow()
    expect((await listMessages(system, conversation.id))[0]?.content_attributes.reactions).toEqual([])
  })
})

test('whoever comments is listed, and answered privately, once', async () => {
  const { instagram, business, inbox, api, system } = await begin({ ENABLE_INSTAGRAM_COMMENTS: 'true' })
  const passer = await instagram.createCustomer(business.user_id, { username: 'passes.by' })
  const comment = await instagram.comment(passer.igsid, 'How much?')
  const listed = async () => (await api<{ payload: object[] }>('GET', `/inboxes/${inbox.id}/comments`)).payload
  await eventually(async () => (await listed()).length > 0, 'the comment')
  expect(await listed()).toMatchObject([{ id: comment.id, content: 'How much?', sender: { username: 'passes.by' }, can_reply: true }])
  const answer = () => api<MessageJson>('POST', `/inboxes/${inbox.id}/comments/${comment.id}/private_reply`, { content: '**Five** euros.' })
  const { id } = await answer()
  expect(await listed()).toMatchObject([{ answered: true, can_reply: false }])
  const conversation = await eventually(
    async () => (await listConversations(system)).find(({ contact_inbox }) => contact_inbox.source_id === passer.igsid),
    'the conversation',
  )
  expect(conversation).toMatchObject({ can_reply: false, meta: { sender: { name: '@passes.by' } } })
  await eventually(
    async () => (await listMessages(system, conversation.id)).find((m) => m.id === id && m.delivery.state === 'accepted'),
    'sending',
  )
  expect((await instagram.messages(passer.igsid)).map(({ text }) => text)).toEqual(['Five euros.'])
  await instagram.idle()
  expect(await listMessages(system, conversation.id)).toHaveLength(1)
  await expect(answer()).rejects.toThrow('answered privately before')
})
