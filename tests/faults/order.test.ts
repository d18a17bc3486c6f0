import { sql } from 'kysely'
import { expect, test } from 'vitest'
import type { Database } from '#adapters/postgres/database.ts'
import { freshPostgresUrl } from '../support/databases.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { account, connectAccount, createVictim, isFull, openDatabase, post, untilApplied } from './support.ts'

const events = isFull ? 100_000 : 2_000
const people = isFull ? 2_000 : 60
const perRequest = 10

/** Numbers that look random and are the same in every run. */
const createRandom = (seed: number) => () => {
  seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0
  return seed / 2 ** 32
}

/** What happens in the threads of all people, in order; each item as Instagram sends it. */
const story = (): object[] => {
  const random = createRandom(7)
  const threads = new Map<number, string[]>()
  return Array.from({ length: events }, (_, n) => {
    const person = Math.floor(random() * people)
    const mids = threads.get(person) ?? []
    const timestamp = 1_790_000_000_000 + n * 10
    const incoming = { sender: { id: `77${person}` }, recipient: { id: account }, timestamp }
    const outgoing = { sender: { id: account }, recipient: { id: `77${person}` }, timestamp }
    const dice = random()
    const about = mids[Math.floor(random() * mids.length)]
    if (about === undefined || dice < 0.6) {
      const mid = `mid-${n}`
      threads.set(person, [...mids, mid])
      const message = { mid, text: `text ${n}` }
      return dice % 0.2 < 0.07 ? { ...outgoing, message: { ...message, is_echo: true } } : { ...incoming, message }
    }
    if (dice < 0.75) return { ...incoming, read: { mid: about } }
    if (dice < 0.85) return { ...incoming, reaction: { mid: about, action: dice < 0.78 ? 'unreact' : 'react', emoji: `e${n}` } }
    if (dice < 0.95) return { ...incoming, message_edit: { mid: about, text: `edited ${n}`, num_edit: n } }
    return { ...incoming, message: { mid: about, is_deleted: true } }
  })
}

/** Each thing one to five times, in any order. */
const scrambled = (items: readonly object[]): object[] => {
  const random = createRandom(11)
  const copies = items.flatMap((item) => Array.from({ length: 1 + Math.floor(random() * 5) }, () => item))
  return copies
    .map((item) => [random(), item] as const)
    .sort(([a], [b]) => a - b)
    .map(([, item]) => item)
}

/** What people see, without the numbers that the order of arrival gives. */
const seen = async ({ kysely }: Database) => {
  const messages = await sql`
    select p.external_id, m.message_type, m.content, m.status, m.author, m.content_attributes, m.created_at, ci.source_id
    from messages m join message_parts p on p.message_id = m.id join conversations c on c.id = m.conversation_id
    join contact_inboxes ci on ci.id = c.contact_inbox_id order by p.external_id`.execute(kysely)
  const conversations = await sql`
    select ci.source_id, c.status, c.last_incoming_at, c.last_activity_at, c.waiting_since, c.last_reply_at, c.first_reply_created_at,
      c.contact_last_seen_at, c.created_at, k.name, k.last_activity_at as contact_last_activity_at
    from conversations c join contact_inboxes ci on ci.id = c.contact_inbox_id join contacts k on k.id = c.contact_id order by 1`.execute(
    kysely,
  )
  return { messages: messages.rows, conversations: conversations.rows }
}

const run = async (items: readonly object[], hands: number) => {
  await using fresh = await freshPostgresUrl()
  await using database = openDatabase(fresh.url)
  using folder = temporaryFolder()
  await connectAccount(database)
  const victim = await createVictim(fresh.url, folder.path)
  await using _program = await victim.start()
  const requests = Array.from({ length: Math.ceil(items.length / perRequest) }, (_, n) => items.slice(n * perRequest, (n + 1) * perRequest))
  const queue = requests.values()
  const work = async () => {
    for (const messaging of queue) {
      expect(await post(victim.port, JSON.stringify({ object: 'instagram', entry: [{ id: account, time: Date.now(), messaging }] }))).toBe(
        200,
      )
    }
  }
  await Promise.all(Array.from({ length: hands }, work))
  await untilApplied(database)
  return await seen(database)
}

test(`${events} events, each 1–5 times and in any order, end as one run in order does`, {
  timeout: isFull ? 1_800_000 : 180_000,
}, async () => {
  const items = story()
  const inOrder = await run(items, 1)
  const inDisorder = await run(scrambled(items), 8)
  expect(inOrder.messages.length).toBeGreaterThan(events / 2)
  expect(inDisorder.conversations).toEqual(inOrder.conversations)
  expect(inDisorder.messages).toEqual(inOrder.messages)
})
