import { sql } from 'kysely'
import { type Database, openPostgres } from '#adapters/postgres/database.ts'
import { freePort } from '../../src/cli/demo/free-port.ts'
import { startArguments } from '../support/npm-start.ts'
import { type Program, startProgram } from '../support/process.ts'
import { app, eventually, signed } from '../support/system.ts'

/** The short version runs with every test run; `npm run test:faults` takes its time. */
export const isFull = process.env.FAULTS === 'full'

export const account = '17841400000000777'

export const platformToken = 'the-platform-token-of-the-fault-tests'

/** A server in a process of its own that a test can kill, and start again on the same port and database. */
export interface Victim {
  readonly port: number
  start(): Promise<Program>
}

/** `more`: variables beside those that every server of these tests has. */
export const createVictim = async (databaseUrl: string, dataDir: string, more: Readonly<Record<string, string>> = {}): Promise<Victim> => {
  const port = await freePort(0)
  const env = {
    PORT: String(port),
    DATA_DIR: dataDir,
    DATABASE_URL: databaseUrl,
    ENCRYPTION_KEYS: `test:${Buffer.alloc(32, 7).toString('base64')}`,
    PLATFORM_APP_TOKEN: platformToken,
    INSTAGRAM_APP_ID: app.id,
    INSTAGRAM_APP_SECRET: app.secret,
    LOG_LEVEL: 'error',
    ...more,
  }
  return {
    port,
    async start() {
      const [first = '', ...others] = startArguments()
      const program = startProgram(first, others, env)
      await eventually(async () => {
        const ready = await Promise.race([
          program.exited,
          fetch(`http://127.0.0.1:${port}/readyz`).then(
            (a) => a.status === 200,
            () => false,
          ),
        ])
        if (typeof ready === 'number') throw new Error(`The server ended with ${ready}: ${program.output().err}`)
        return ready
      }, 'starting')
      return program
    },
  }
}

/** An account with a connected inbox, written straight into the tables. */
export const connectAccount = async ({ kysely }: Database): Promise<void> => {
  await sql`
    with a as (insert into accounts (name, created_at) values ('Shop', now()) returning id),
    i as (insert into inboxes (account_id, channel, name, created_at) select id, 'instagram', 'shop', now() from a returning id, account_id)
    insert into connections (inbox_id, account_id, channel, channel_key, provider_name, state, connected_at)
    select id, account_id, 'instagram', ${account}, 'shop', 'connected', now() from i`.execute(kysely)
}

export interface Written {
  readonly mid: string
  readonly contact: string
  readonly at: number
}

export const webhookOf = (messages: readonly Written[]): string =>
  JSON.stringify({
    object: 'instagram',
    entry: messages.map(({ mid, contact, at }) => ({
      id: account,
      time: at,
      messaging: [{ sender: { id: contact }, recipient: { id: account }, timestamp: at, message: { mid, text: `text of ${mid}` } }],
    })),
  })

/** Posts a signed body; undefined where no answer came. */
export const post = async (port: number, raw: string | Uint8Array): Promise<number | undefined> => {
  try {
    const headers = { 'content-type': 'application/json', 'x-hub-signature-256': signed(raw, app.secret) }
    const answer = await fetch(`http://127.0.0.1:${port}/webhooks/instagram`, {
      method: 'POST',
      headers,
      body: raw as BodyInit,
      signal: AbortSignal.timeout(10_000),
    })
    await answer.arrayBuffer()
    return answer.status
  } catch {
    return undefined
  }
}

export interface Load {
  /** The messages whose webhook was answered 200. */
  readonly acknowledged: readonly Written[]
  stop(): Promise<void>
}

/** Writes one message after the other from several hands, to many contacts, until it is stopped. What fails is not tried again. */
export const startLoad = (port: number, hands = 8): Load => {
  const acknowledged: Written[] = []
  let stopped = false
  let n = 0
  const work = async () => {
    while (!stopped) {
      const written = { mid: `load-${n}`, contact: `88${n % 97}`, at: 1_790_000_000_000 + n }
      n += 1
      if ((await post(port, webhookOf([written]))) === 200) acknowledged.push(written)
      else await new Promise((resolve) => setTimeout(resolve, 5))
    }
  }
  const working = Promise.all(Array.from({ length: hands }, work))
  return {
    acknowledged,
    async stop() {
      stopped = true
      await working
    },
  }
}

export const openDatabase = (url: string): Database => openPostgres({ url, onError: () => {} })

export const untilApplied = ({ kysely }: Database) =>
  eventually(
    async () => {
      const { rows } = await sql<{
        n: number
      }>`select count(*) + (select count(*) from intake_arrivals) as n from intake_events where state = 'pending'`.execute(kysely)
      return rows[0]?.n === 0
    },
    'applying everything',
    isFull ? 1_200_000 : undefined,
  )

/** How often each message stands in the conversations. */
export const storedMids = async ({ kysely }: Database): Promise<Map<string, number>> => {
  const { rows } = await sql<{ mid: string; n: number }>`
    select p.external_id as mid, count(*) as n from message_parts p join messages m on m.id = p.message_id group by 1`.execute(kysely)
  return new Map(rows.map(({ mid, n }) => [mid, n]))
}
