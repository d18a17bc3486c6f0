import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Database, openPostgres } from '#adapters/postgres/database.ts'
import { freshPostgresUrl } from '../support/databases.ts'
import {
  connect,
  connectedBusiness,
  eventually,
  listConversations,
  listInboxes,
  listMessages,
  type System,
  startSystem,
} from '../support/system.ts'

const minutes = (n: number) => n * 60_000

describe('what webhooks did not bring', () => {
  const stack = new AsyncDisposableStack()
  let system: System
  let kysely: Database['kysely']

  beforeAll(async () => {
    const database = stack.use(await freshPostgresUrl())
    // Webhooks could be pushed there, so nothing is read by itself before an hour is over.
    system = stack.use(await startSystem({ databaseUrl: database.url, env: { FRONTEND_URL: 'https://inbox.example.com' } }))
    kysely = stack.use(openPostgres({ url: database.url, poolSize: 1, onError: () => {} })).kysely
  })
  afterAll(() => stack.disposeAsync())

  const gapFillOf = async (businessId: string) =>
    (await listInboxes(system)).find((inbox) => inbox.instagram_id === businessId)?.connection.gap_fill

  const conversationOf = (igsid: string) =>
    eventually(async () => (await listConversations(system)).find((c) => c.contact_inbox.source_id === igsid), 'the conversation')

  /** As if two hours had passed since the conversations were last read; then the inbox is connected again. */
  const readAgain = async (businessId: string) => {
    await sql`update gap_fills set filled_until = filled_until - interval '2 hours'`.execute(kysely)
    await connect(system, businessId)
  }

  const shopWithCustomer = async () => {
    const { business, customer } = await connectedBusiness(system)
    await eventually(async () => (await gapFillOf(business.user_id))?.looked_at != null, 'the first reading')
    return { business, customer }
  }

  type Shop = Awaited<ReturnType<typeof shopWithCustomer>>

  /** An hour at a shop; both shops live through it at the same times. */
  const liveThrough = async ({ customer }: Shop, now: number, between: () => Promise<void>) => {
    const { instagram } = system
    const at = (minute: number) => now - minutes(60 - minute)
    await instagram.write(customer.igsid, { text: 'before', timestamp: at(0) })
    await conversationOf(customer.igsid)
    await between()
    const asked = await instagram.write(customer.igsid, { text: 'Grüße 👋', timestamp: at(5) })
    await instagram.write(customer.igsid, { attachments: [{ type: 'image' }], timestamp: at(6), reply_to: asked.mid })
    await instagram.writeAsBusiness(customer.igsid, { text: 'typed in the app', timestamp: at(20) })
    await instagram.write(customer.igsid, { text: 'and then?', timestamp: at(40) })
    await instagram.write(customer.igsid, { attachments: [{ type: 'audio' }], timestamp: at(41) })
    await instagram.idle()
  }

  /** What the API shows of a conversation, without what differs between any two of them. */
  const shown = async (igsid: string) => {
    const conversation = await conversationOf(igsid)
    const messages = await listMessages(system, conversation.id)
    const { status, unread_count, can_reply, reply_window } = conversation
    const { waiting_since, last_activity_at, first_reply_created_at, timestamp, created_at } = conversation
    return {
      ...{ status, unread_count, can_reply, reply_window, waiting_since, last_activity_at, first_reply_created_at, timestamp, created_at },
      messages: messages.map((message) => ({
        content: message.content,
        type: message.message_type,
        status: message.status,
        author: message.author,
        created_at: message.created_at,
        replies: messages.findIndex(({ id }) => id === message.content_attributes.in_reply_to),
        written_at: message.content_attributes.external_created_at,
        echo: message.content_attributes.external_echo,
        delivery: message.delivery.state,
        attachments: message.attachments?.map(({ file_type, data_url }) => [
          file_type,
          data_url?.replace(/attachments\/.*/, 'attachments'),
        ]),
      })),
    }
  }

  test('for an hour is filled in: the conversation equals the undisturbed one', async () => {
    const [calm, troubled] = [await shopWithCustomer(), await shopWithCustomer()]
    const now = Date.now()
    await liveThrough(calm, now, async () => {})
    const lost = { rule: '' }
    await liveThrough(troubled, now, async () => {
      const { id } = await system.instagram.addFault({ match: { host: 'webhook' }, do: { drop: true } })
      lost.rule = id
    })
    await system.instagram.removeFault(lost.rule)
    await eventually(async () => (await shown(calm.customer.igsid)).messages.length === 6, 'the undisturbed hour')
    expect((await shown(troubled.customer.igsid)).messages).toHaveLength(1)
    await readAgain(troubled.business.user_id)
    await eventually(async () => (await shown(troubled.customer.igsid)).messages.length === 6, 'the hour that was lost')
    expect(await shown(troubled.customer.igsid)).toEqual(await shown(calm.customer.igsid))
    await eventually(async () => (await gapFillOf(troubled.business.user_id))?.missed === 5, 'the count')
    expect(await gapFillOf(calm.business.user_id)).toMatchObject({ missed: 0, missed_at: null })
  })

  test('before it was connected is shown: what waits for an answer is open, what is long over is not', async () => {
    const { instagram } = system
    const business = await instagram.createBusiness()
    const waiting = await instagram.createCustomer(business.user_id, { name: 'Wanda Waits' })
    const over = await instagram.createCustomer(business.user_id, { name: 'Otto Over' })
    const now = Date.now()
    for (let n = 0; n < 25; n++) await instagram.write(waiting.igsid, { text: `hour ${n}`, timestamp: now - minutes(60) + n * 1000 })
    await instagram.write(over.igsid, { text: 'thanks', timestamp: now - minutes(60 * 50) })
    await instagram.idle()
    await connect(system, business.user_id)
    const open = await eventually(async () => {
      const found = await conversationOf(waiting.igsid)
      return (await listMessages(system, found.id)).length >= 20 && found
    }, 'the newest messages')
    expect((await listMessages(system, open.id)).at(-1)?.content).toBe('hour 24')
    expect(open).toMatchObject({ status: 'open', can_reply: true })
    expect(await conversationOf(over.igsid)).toMatchObject({ status: 'resolved', unread_count: 0, can_reply: false })
  })

  test('because the account was subscribed no longer comes once it is subscribed again', async () => {
    const { business, customer } = await shopWithCustomer()
    await system.instagram.updateBusiness(business.user_id, { subscribed_fields: [] })
    const { mid } = await system.instagram.write(customer.igsid, { text: 'Anybody there?', timestamp: Date.now() - minutes(10) })
    await readAgain(business.user_id)
    const conversation = await conversationOf(customer.igsid)
    expect(await listMessages(system, conversation.id)).toMatchObject([{ source_id: mid, status: 'sent' }])
    expect(conversation).toMatchObject({ status: 'open', unread_count: 1 })
  })
})
