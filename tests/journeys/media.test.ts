import { globSync } from 'node:fs'
import { type Kysely, sql } from 'kysely'
import { describe, expect, onTestFinished, test } from 'vitest'
import { openPostgres } from '#adapters/postgres/database.ts'
import type { Tables } from '#adapters/postgres/tables.ts'
import { freshPostgresUrl } from '../support/databases.ts'
import { serve } from '../support/serve.ts'
import { connectedBusiness, eventually, fetchOurs, listConversations, listMessages, type System, startSystem } from '../support/system.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const begin = async (env: Readonly<Record<string, string>> = {}) => {
  const stack = new AsyncDisposableStack()
  onTestFinished(() => stack.disposeAsync())
  const database = stack.use(await freshPostgresUrl())
  const system = stack.use(await startSystem({ databaseUrl: database.url, env }))
  const { kysely } = stack.use(openPostgres({ url: database.url, onError: () => {} }))
  return { system, kysely, ...(await connectedBusiness(system)) }
}

/** Makes everything that was written a day older, and with it what is to be done next. */
const letADayPass = async (kysely: Kysely<Tables>) => {
  await sql`update messages set created_at = created_at - interval '1 day'`.execute(kysely)
  await sql`update attachments set due_at = due_at - interval '1 day' where due_at is not null`.execute(kysely)
  await sql`update pgboss.job set start_after = start_after - interval '1 day' where name = 'fetch-media' and state = 'created'`.execute(
    kysely,
  )
}

const conversationOf = (system: System) => eventually(async () => (await listConversations(system))[0], 'the conversation')

/** The attachments of the newest message, once `fits` of all of them. */
const attachmentsOf = async (system: System, fits: (state: string) => boolean) => {
  const { id } = await conversationOf(system)
  return eventually(async () => {
    const { attachments = [] } = (await listMessages(system, id)).at(-1) ?? {}
    return attachments.length > 0 && attachments.every(({ media_state }) => fits(media_state)) && attachments
  }, 'settling the media')
}

const stored = (system: System) => attachmentsOf(system, (state) => state === 'stored')

/** The attachments that lie in the folder of an installation; people's pictures are there too. */
const filesIn = (dataDir: string): string[] => globSync('media/*/attachments/*', { cwd: dataDir })

describe('a picture', () => {
  test('is served from our own address, whole and in parts, and to nobody who guesses', async () => {
    const { system, customer } = await begin()
    await system.instagram.write(customer.igsid, { attachments: [{ type: 'image', url: `${system.instagramUrl}/media/a.png` }] })
    const [picture] = await stored(system)
    const address = picture?.data_url ?? ''
    const whole = await fetchOurs(system, address)
    const bytes = await whole.bytes()
    expect(picture).toMatchObject({ thumb_url: address, file_size: bytes.length, content_type: 'image/png' })
    expect(whole.status).toBe(200)
    expect(Object.fromEntries(whole.headers)).toMatchObject({
      ...{ 'content-type': 'image/png', 'content-length': String(bytes.length), 'accept-ranges': 'bytes' },
      ...{ 'x-content-type-options': 'nosniff', 'content-security-policy': expect.stringContaining('sandbox') },
      'content-disposition': expect.stringMatching(/^inline; filename="attachment-\d+\.png"$/),
    })
    const part = await fetchOurs(system, address, { headers: { range: 'bytes=10-19' } })
    expect([part.status, part.headers.get('content-range')]).toEqual([206, `bytes 10-19/${bytes.length}`])
    expect(await part.bytes()).toEqual(bytes.slice(10, 20))
    const known = await fetchOurs(system, address, { headers: { 'if-none-match': whole.headers.get('etag') ?? '' } })
    expect(known.status).toBe(304)
    const guessed = address.replace(/.$/, (last) => (last === 'A' ? 'Q' : 'A'))
    expect((await fetchOurs(system, guessed)).status).toBe(404)
    expect((await fetchOurs(system, address.replace(/attachments\/\d+/, `attachments/${(picture?.id ?? 0) + 1}`))).status).toBe(404)
  })

  test('that is taken back is gone, here and from the folder', async () => {
    const folder = temporaryFolder()
    onTestFinished(() => folder[Symbol.dispose]())
    const { system, customer } = await begin({ DATA_DIR: folder.path })
    await system.instagram.write(customer.igsid, { attachments: [{ type: 'image', url: `${system.instagramUrl}/media/a.png` }] })
    const [picture] = await stored(system)
    expect(filesIn(folder.path)).toHaveLength(1)
    await system.instagram.unsend(customer.igsid)
    await eventually(async () => filesIn(folder.path).length === 0, 'removing the file')
    expect((await fetchOurs(system, picture?.data_url ?? '')).status).toBe(404)
  })

  test('that could not be had costs no message, and is tried again when somebody asks', async () => {
    const { system, customer } = await begin()
    const { instagram, api } = system
    const fault = await instagram.addFault({ match: { host: 'media', path: '/a.png$' }, do: { status: 410 } })
    const [url, other] = ['a', 'b'].map((name) => `${system.instagramUrl}/media/${name}.png`)
    const attachments = [url, other].map((each) => ({ type: 'image', url: `${each}` }))
    await instagram.write(customer.igsid, { text: 'look', attachments })
    const [lost, found] = await attachmentsOf(system, (state) => state !== 'pending')
    expect([lost?.media_state, found?.media_state]).toEqual(['expired', 'stored'])
    expect((await fetchOurs(system, lost?.data_url ?? '')).status).toBe(410)
    const { id } = await conversationOf(system)
    const [message] = await listMessages(system, id)
    expect(message?.content).toBe('look')
    await instagram.removeFault(fault.id)
    const retry = (attachment: number) => api('POST', `/conversations/${id}/messages/${message?.id}/attachments/${attachment}/retry`)
    await retry(lost?.id ?? 0)
    await stored(system)
    await expect(retry(lost?.id ?? 0)).rejects.toThrow()
    expect((await fetchOurs(system, lost?.data_url ?? '')).status).toBe(200)
  })

  test('is not asked for inside a private network', async () => {
    const { system, customer } = await begin({ ALLOW_PRIVATE_NETWORK: 'false' })
    await system.instagram.write(customer.igsid, { attachments: [{ type: 'image', url: `${system.instagramUrl}/media/a.png` }] })
    const [picture] = await attachmentsOf(system, (state) => state !== 'pending')
    expect(picture?.media_state).toBe('failed')
    const { accountId, token } = system.tenant
    for (const external_url of [`${system.instagramUrl}/media/a.png`, 'http://localhost/', 'file:///etc/passwd', 'nonsense']) {
      const headers = { api_access_token: token, 'content-type': 'application/json' }
      const body = JSON.stringify({ external_url })
      const answer = await fetch(`${system.url}/api/v1/accounts/${accountId}/upload`, { method: 'POST', headers, body })
      expect([external_url, answer.status, (await answer.json()).code]).toEqual([external_url, 422, 'upload.address_refused'])
    }
    expect(await system.instagram.requests({ host: 'media' })).toEqual([])
  })
})

describe('a story', () => {
  const mention = (system: System, igsid: string, url: string) =>
    system.instagram.write(igsid, { attachments: [{ type: 'story_mention', url }] })

  test('can be seen at Instagram while it is there, is never copied, and is over after a day', async () => {
    const folder = temporaryFolder()
    onTestFinished(() => folder[Symbol.dispose]())
    const { system, kysely, customer } = await begin({ DATA_DIR: folder.path })
    const url = `${system.instagramUrl}/media/story.png`
    await mention(system, customer.igsid, url)
    const [there] = await attachmentsOf(system, (state) => state === 'pending')
    const shown = await fetchOurs(system, there?.data_url ?? '')
    expect([shown.status, shown.headers.get('location')]).toEqual([302, url])
    const hasLooked = async () => (await sql`select from attachments where due_at > now()`.execute(kysely)).rows.length === 1
    await eventually(hasLooked, 'the first look')
    await letADayPass(kysely)
    const [over] = await attachmentsOf(system, (state) => state === 'expired')
    expect((await fetchOurs(system, over?.data_url ?? '')).status).toBe(410)
    expect(JSON.stringify(over)).not.toContain(url)
    expect(filesIn(folder.path)).toEqual([])
  })

  test('that was taken back before its time is withheld; one replied to keeps its reference', async () => {
    const { system, customer } = await begin()
    await mention(system, customer.igsid, `${system.instagramUrl}/media/story.png?until=1`)
    expect(await attachmentsOf(system, (state) => state !== 'pending')).toMatchObject([{ media_state: 'withheld', data_url: '' }])
    const story = { id: '18023456789012345', url: `${system.instagramUrl}/media/story.png` }
    await system.instagram.write(customer.igsid, { text: 'lovely', message: { reply_to: { story } } })
    const { id } = await conversationOf(system)
    const reply = await eventually(async () => (await listMessages(system, id)).find(({ content }) => content === 'lovely'))
    expect(reply).toMatchObject({
      content_attributes: { story_id: story.id, story_url: story.url, image_type: 'ig_story_reply' },
      attachments: [{ file_type: 'ig_story', media_state: 'pending' }],
    })
  })
})

/** A server of media whose every third answer or so is no picture, each in a way of its own. */
const badServer = (): Promise<string> => {
  const seen = new Map<string, number>()
  return serve(({ url = '' }, response) => {
    const times = (seen.get(url) ?? 0) + 1
    seen.set(url, times)
    const way = Number(/\d+$/.exec(url)?.[0]) % 10
    if (way === 0) return response.writeHead(410).end()
    if (way === 1 && times === 1) return response.socket?.destroy()
    if (way === 2) return response.writeHead(200, { 'content-length': 30 * 1024 * 1024 }).end('x')
    return response.end(Buffer.concat([Buffer.from([0xff, 0xd8, 0xff]), Buffer.from(url)]))
  })
}

test('a thousand attachments of which every third download fails: every text is there, and every attachment ends', async () => {
  const { system, kysely, inbox } = await begin()
  const media = await badServer()
  const count = 1000
  const at = Date.now() - 60_000
  const items = Array.from({ length: count }, (_, n) => ({
    sender: { id: `77400000000${100 + (n % 50)}` },
    recipient: { id: inbox.instagram_id },
    timestamp: at + n,
    message: { mid: `media-${n}`, text: `text ${n}`, attachments: [{ type: 'image', payload: { url: `${media}/${n}` } }] },
  }))
  for (let from = 0; from < count; from += 100) {
    const messaging = items.slice(from, from + 100)
    const answer = await system.webhook({ object: 'instagram', entry: [{ id: inbox.instagram_id, time: at, messaging }] })
    expect(answer.status).toBe(200)
  }
  const left = async () => {
    const { rows } = await sql<{ total: number; pending: number }>`
      select count(*) as total, count(*) filter (where media_state = 'pending') as pending from attachments`.execute(kysely)
    return rows[0]?.total === count && rows[0].pending === 0
  }
  await eventually(left, 'the end of all downloads')
  const pages = [1, 2].map((page) => system.api<{ data: { payload: { id: number }[] } }>('GET', `/conversations?page=${page}`))
  const conversations = (await Promise.all(pages)).flatMap(({ data }) => data.payload)
  const settled = (await Promise.all(conversations.map(({ id }) => listMessages(system, id)))).flat()
  expect(new Set(settled.map(({ content }) => content)).size).toBe(count)
  const states = settled.map(({ attachments }) => attachments?.[0]?.media_state ?? 'none')
  const counted = Object.fromEntries([...Map.groupBy(states, (state) => state)].map(([state, each]) => [state, each.length]))
  expect(counted).toEqual({ stored: 800, expired: 100, failed: 100 })
})

test('the picture of a person is ours, in their conversation and among the contacts', async () => {
  const { system, customer } = await begin()
  await system.instagram.write(customer.igsid, { text: 'hello' })
  const conversation = await eventually(async () => {
    const [first] = await listConversations(system)
    return first !== undefined && first.meta.sender.thumbnail !== '' && first
  }, 'the picture')
  const { id, thumbnail } = conversation.meta.sender
  const picture = await fetchOurs(system, thumbnail)
  expect([picture.status, picture.headers.get('content-type')]).toEqual([200, 'image/png'])
  const profile = await system.instagram.customer(customer.igsid)
  expect(await picture.bytes()).toEqual(await (await fetch(profile.profile_pic ?? '')).bytes())
  expect(await system.api('GET', `/contacts/${id}`)).toMatchObject({ payload: { thumbnail } })
})
