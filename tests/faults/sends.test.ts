import { setTimeout as delay } from 'node:timers/promises'
import { sql } from 'kysely'
import { expect, test } from 'vitest'
import type { Database } from '#adapters/postgres/database.ts'
import { minutes, seconds } from '#domain/shared/instant.ts'
import type { SandboxClient } from '../../src/sandbox/client.ts'
import { freshPostgresUrl } from '../support/databases.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { type Conversation, openShop, readSent, type Sent, type Shop } from './sends-scene.ts'
import { isFull, openDatabase } from './support.ts'

const sends = isFull ? 10_000 : 180
const kills = isFull ? 40 : 3
const size = isFull ? { businesses: 40, customersEach: 25 } : { businesses: 6, customersEach: 10 }
/** Answers that come after 30 seconds, twice as long as we listen; each costs its conversation that time. */
const slow = isFull ? 60 : 1
const hands = 8

const error = (code: number) => ({ error: { message: 'A fault.', type: 'OAuthException', code } })

/** What happens to three calls of ten. Of what a rule leaves over the next one takes its share. */
const faults = [
  { times: slow, probability: 0.05, do: { hang_ms: 30_000 } },
  { probability: 0.06, do: { drop: 'after' } },
  { probability: 0.03, do: { drop: 'before' } },
  { probability: 0.02, do: { status: 502, raw_body: '<html>Bad gateway</html>' } },
  { probability: 0.08, do: { status: 503, body: error(2) } },
  { probability: 0.06, do: { status: 500, body: error(613), headers: { 'retry-after': '1' } } },
  { probability: 0.06, do: { status: 400, body: error(4), headers: { 'retry-after': '1' } } },
  { probability: 0.02, do: { status: 400, body: error(551) } },
] as const

const addFaults = async (instagram: SandboxClient): Promise<void> => {
  await instagram.seed(7)
  for (const fault of faults) await instagram.addFault({ ...fault, match: { host: 'graph', path: '/messages$', method: 'POST' } })
}

const textOf = (n: number, { number }: Conversation): string => `answer ${n} in conversation ${number}`

/** Writes all answers by REST, several at a time, each conversation's in order. */
const sendAll = async ({ api, conversations }: Shop): Promise<void> => {
  const write = async (hand: number): Promise<void> => {
    for (let n = 0; n < sends; n++) {
      const at = n % conversations.length
      const conversation = conversations[at]
      if (conversation && at % hands === hand)
        await api('POST', `/conversations/${conversation.number}/messages`, { content: textOf(n, conversation) })
    }
  }
  await Promise.all(Array.from({ length: hands }, (_, hand) => write(hand)))
}

/** `due`: could leave now, since it waits for no time and for nothing before it. `open`: may still become something else. */
const count = async ({ kysely }: Database, of: 'due' | 'open'): Promise<number> => {
  const parts =
    of === 'open'
      ? sql`p.state in ('queued', 'sending', 'held') or p.state = 'uncertain' and p.due_at is not null`
      : sql`p.state in ('queued', 'held') and coalesce(p.due_at <= now(), true) and not exists (
          select from message_parts o where o.conversation_id = p.conversation_id and o.id < p.id
            and (o.state in ('sending', 'uncertain') or o.state in ('queued', 'held') and o.due_at > now()))`
  const { rows } = await sql<{ n: number }>`select count(*) as n from message_parts p where ${parts}`.execute(kysely)
  return rows[0]?.n ?? 0
}

const until = async (reached: () => Promise<boolean>, within: number, what: string): Promise<void> => {
  for (const deadline = Date.now() + within; !(await reached()); await delay(100))
    if (Date.now() > deadline) throw new Error(`After ${within / 1000} s it still did not happen: ${what}.`)
}

/** Kills a worker whenever some more calls came, and starts it again: each in the middle of its work. */
const killAtRandom = async ({ workers, instagram }: Shop, isOver: () => boolean): Promise<number> => {
  const answered = async () => (await instagram.faults()).reduce((sum, { hits }) => sum + hits, 0)
  const step = (sends * 0.3) / (kills + 1)
  let killed = 0
  for (; killed < kills; killed++) {
    const goal = step * (killed + 1) * 0.8
    await until(async () => isOver() || (await answered()) >= goal, minutes(20), 'faults')
    await workers[(killed * 7) % 3 === 0 ? 0 : 1]?.restart()
  }
  return killed
}

/** What the provider took, in the order of each conversation. */
const takenBy = async ({ instagram, conversations }: Shop) => {
  const taken: { readonly text: string; readonly mid: string; readonly conversation: number }[] = []
  for (const { igsid, number } of conversations) {
    for (const { text, mid, origin } of await instagram.messages(igsid, { limit: 1000 }))
      if (origin === 'api') taken.push({ text: text ?? '', mid, conversation: number })
  }
  return taken
}

/**
 * The endings that there are. A worker that is killed leaves its claims for 90 seconds and a pause of an account that it was to try
 * for 30, and what is uncertain may stand so for ten minutes: only the long run waits for that.
 */
const isTrue = ({ state, status, code, externalId }: Sent, mid: string | undefined): boolean => {
  if (state === 'accepted') return externalId === mid && mid !== undefined && status !== 'failed'
  if (state === 'refused') return mid === undefined && status === 'failed'
  if (state === 'uncertain') return mid === undefined && code === 'message.uncertain' && (status === 'failed') === isFull
  return !isFull && status === 'sent'
}

test(`${sends} answers, three calls of ten go wrong, ${kills} kills of two workers: none is doubled, none out of order, each ends in the truth`, {
  timeout: isFull ? minutes(60) : minutes(3),
}, async () => {
  await using fresh = await freshPostgresUrl()
  await using database = openDatabase(fresh.url)
  using folder = temporaryFolder()
  await using shop = await openShop(database, fresh.url, folder.path, size)
  await addFaults(shop.instagram)
  let over = false
  const killing = killAtRandom(shop, () => over)
  await sendAll(shop)
  await until(async () => (await count(database, 'due')) === 0, isFull ? minutes(30) : seconds(90), 'everything was tried')
  over = true
  expect(await killing).toBe(kills)
  await shop.instagram.clearFaults()
  if (isFull) await until(async () => (await count(database, 'open')) === 0, minutes(20), 'everything has ended')
  await until(async () => (await shop.instagram.idle(10_000)).idle, minutes(1), 'the echoes were told')

  // What waits for a time may still leave: what we hold to be sent is read first, and so the provider must have it.
  const [sent, taken] = [await readSent(database), await takenBy(shop)]
  const texts = taken.map(({ text }) => text)
  expect(texts.filter((text, n) => texts.indexOf(text) !== n)).toEqual([])
  expect(sent.map(({ content }) => content).toSorted()).toEqual([...new Set(sent.map(({ content }) => content))].toSorted())
  expect(sent).toHaveLength(sends)
  for (const { number } of shop.conversations) {
    const there = taken.filter(({ conversation }) => conversation === number).map(({ text }) => Number(text.split(' ')[1]))
    expect(there).toEqual(there.toSorted((a, b) => a - b))
  }
  const mids = new Map(taken.map(({ text, mid }) => [text, mid]))
  expect(sent.filter((each) => !isTrue(each, mids.get(each.content)))).toEqual([])
  const states = Object.entries(Object.groupBy(sent, ({ state }) => state)).map(([state, all]) => [state, all?.length])
  expect(Object.fromEntries(states).accepted, JSON.stringify(states)).toBeGreaterThan(sends * (isFull ? 0.8 : 0.3))
})
