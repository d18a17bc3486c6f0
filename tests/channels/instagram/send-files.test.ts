import { describe, expect, test } from 'vitest'
import type { OutgoingFile, OutgoingPart } from '#application/ports/outgoing.ts'
import { seconds } from '#domain/shared/instant.ts'
import { startTalk } from './connected-shop.ts'

/** The calls for one business of the simulated Instagram, and a picture to send. */
const start = async () => {
  const shop = await startTalk()
  const { api, access } = shop
  const address = `${shop.url}/media/a.png`
  const size = (await (await fetch(address)).bytes()).length
  const file = (url: string | null): OutgoingFile => ({
    contentType: 'image/png',
    size,
    url,
    read: async () => (await fetch(address)).body ?? undefined,
  })
  const send = (...files: OutgoingFile[]) => {
    const part: OutgoingPart = { recipient: shop.customer.igsid, asHumanAgent: false, kind: 'media', type: 'image', files }
    return api.send(access, part)
  }
  const thread = async () => (await shop.client.messages(shop.customer.igsid)).slice(1)
  const find = (...attached: string[]) =>
    api.findSent(access, { recipient: shop.customer.igsid, text: null, attached, since: Date.now() - seconds(60) })
  return { ...shop, address, file, send, thread, find }
}

describe('files', () => {
  test('by address and by upload, in one call', async () => {
    const { file, address, send, thread, client } = await start()
    const sent = await send(file(address), file(null), file(null))
    const messages = await thread()
    expect(messages).toMatchObject([{ text: null, attachments: [{ type: 'image' }, { type: 'image' }, { type: 'image' }] }])
    expect(sent).toEqual({ ok: true, value: { externalId: messages[0]?.mid } })
    expect(await client.requests({ path: 'message_attachments' })).toHaveLength(2)
  })

  test.each([
    ['is not answered', { drop: 'after' }, { code: 'channel.unavailable', detail: { outage: true } }],
    ['breaks', { status: 500, raw_body: '' }, { code: 'channel.unavailable' }],
    ['says no id', { status: 200, body: {} }, { code: 'channel.unavailable' }],
    ['is refused', { status: 400, body: { error: { code: 100, error_subcode: 2018047 } } }, { code: 'channel.rejected', class: 'media' }],
    ['finds the token gone', { status: 401, body: { error: { code: 190 } } }, { code: 'channel.unauthorized' }],
  ] as const)('of which an upload %s are not sent, which is certain', async (_, action, error) => {
    const { file, send, fault, thread } = await start()
    await fault('/message_attachments$', action)
    expect(await send(file(null))).toMatchObject({ ok: false, error })
    expect(await thread()).toEqual([])
  })

  test('that are not there any more are refused', async () => {
    const { file, send, thread } = await start()
    const gone = await send({ ...file(null), read: async () => undefined })
    expect(gone).toMatchObject({ ok: false, error: { code: 'channel.rejected', class: 'media' } })
    expect(await thread()).toEqual([])
  })

  test('whose answer was lost are found by what they are', async () => {
    const { file, send, fault, thread, find } = await start()
    await fault('/messages$', { drop: 'after' })
    expect(await send(file(null), file(null))).toMatchObject({ ok: false, error: { code: 'channel.uncertain' } })
    const [message] = await thread()
    expect(await find('image', 'image')).toEqual({ ok: true, value: [message?.mid] })
    for (const other of [['image'], ['image', 'video'], ['template']]) expect(await find(...other)).toEqual({ ok: true, value: [] })
  })

  test('wait for each other beyond four at once, and all arrive', async () => {
    const { file, send, thread, client } = await start()
    await client.addFault({ match: { host: 'graph', path: '/message_attachments$' }, do: { delay_ms: 50 } })
    const sent = await Promise.all(Array.from({ length: 10 }, () => send(file(null))))
    expect(sent.every(({ ok }) => ok)).toBe(true)
    expect(await thread()).toHaveLength(10)
  })
})
