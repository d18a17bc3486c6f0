import { setTimeout as delay } from 'node:timers/promises'
import { sql } from 'kysely'
import { createUploadIds } from '#adapters/crypto/upload-ids.ts'
import { createIds } from '#adapters/crypto/uuid-v7.ts'
import { createVault } from '#adapters/crypto/vault.ts'
import { startJobConsumer } from '#adapters/jobs/consumer.ts'
import { createRenderTemplate } from '#adapters/liquid/render-template.ts'
import { type Database, openPostgres } from '#adapters/postgres/database.ts'
import { createUnitOfWork } from '#adapters/postgres/unit-of-work.ts'
import { jobsChannel } from '#adapters/postgres/wakes.ts'
import { systemClock, waitUntil } from '#adapters/system/clock.ts'
import { createOpenAccess } from '#application/inboxes/open-access.ts'
import { createReportRefusal } from '#application/inboxes/report-refusal.ts'
import { type JobOutcome, jobDone } from '#application/job-outcome.ts'
import { type JobName, jobs } from '#application/jobs.ts'
import { createDeliverConversation } from '#application/messages/deliver-conversation.ts'
import { createSendMessage } from '#application/messages/send-message.ts'
import type { Channel } from '#application/ports/channel.ts'
import { credentialContext } from '#application/ports/credentials.ts'
import { days } from '#domain/shared/instant.ts'
import { ok } from '#domain/shared/result.ts'
import { silent } from '../application/support.ts'
import { detailsBy } from '../contracts/scenario.ts'
import { freshPostgresUrl } from '../support/databases.ts'

/** How long the provider takes for a call, ms. */
const callTime = 5

const vault = createVault({ keys: [{ id: 'test', secret: new Uint8Array(32) }] })
const clock = systemClock
const ids = createIds()

const idle = async (): Promise<JobOutcome> => jobDone

export interface Arrival {
  readonly account: string
  readonly text: string
  readonly at: number
}

/** Many accounts of one channel, each with conversations, and workers that share nothing but the database. */
export interface PacedShops extends AsyncDisposable {
  readonly database: Database
  /** When each message reached the provider. */
  readonly arrivals: readonly Arrival[]
  /** The number of a conversation of an account. */
  numberOf(account: number, conversation: number): number
  say(displayId: number, text: string): Promise<void>
  startWorker(): Promise<void>
}

interface Size {
  readonly accounts: number
  readonly conversationsEach: number
  readonly perSecond: number
}

const openInboxes = async (database: Database, { accounts, conversationsEach }: Size): Promise<number> => {
  const made = await createUnitOfWork({ database, ids }).run(async (tx) => {
    const now = clock.now()
    const accountId = await tx.accounts.insertAccount({ name: 'Shop', locale: 'en', at: now })
    const userId = await tx.accounts.ensureUser({ name: 'Ann', email: 'ann@shop.example', at: now })
    for (let n = 0; n < accounts; n++) {
      const channelKey = `shop ${n}`
      const inboxId = await tx.inboxes.insert({ accountId, name: channelKey, at: now, channel: 'test', channelKey }, detailsBy(userId))
      if (inboxId === undefined) throw new Error('The database is new.')
      const sealed = await vault.seal('token', credentialContext('test', channelKey))
      const life = { issuedAt: now, expiresAt: now + days(60), refreshAt: now + days(30), failures: 0, warnedDays: null }
      await tx.credentials.save({ accountId, inboxId }, { sealed, ...life })
      const people = Array.from({ length: conversationsEach }, (_, m) => ({
        ...{ accountId, inboxId, at: now },
        sourceId: `${n} ${m}`,
        name: 'Someone',
      }))
      await tx.contacts.ensure(people)
    }
    return ok(accountId)
  })
  if (!made.ok) throw new Error('Nothing says no.')
  await sql`
    insert into conversations (account_id, inbox_id, contact_id, contact_inbox_id, display_id, uuid, status, last_incoming_at,
      last_activity_at, created_at)
    select account_id, inbox_id, contact_id, id, row_number() over (order by inbox_id, id), gen_random_uuid(), 'open', now(), now(), now()
    from contact_inboxes`.execute(database.kysely)
  return made.value
}

const noFiles = () => () => Promise.reject(new Error('No file is sent here.'))

export const openShops = async (size: Size): Promise<PacedShops> => {
  await using stack = new AsyncDisposableStack()
  const { url } = stack.use(await freshPostgresUrl())
  const database = stack.use(openPostgres({ url, onError: () => {} }))
  const accountId = await openInboxes(database, size)
  const arrivals: Arrival[] = []
  const channel: Channel = {
    kind: 'test',
    label: 'Test',
    chatwootType: 'Channel::Test',
    limits: { textBytes: 1000 },
    replyWindow: async () => ({}),
    rates: async () => ({ texts: size.perSecond, media: size.perSecond, reads: 2 }),
    async send({ channelKey }, part) {
      const text = part.kind === 'text' ? part.text : ''
      arrivals.push({ account: channelKey, text, at: Date.now() })
      await delay(callTime)
      return ok({ externalId: `mid of ${text}` })
    },
  }
  const channels = new Map([[channel.kind, channel]])
  const sendMessage = createSendMessage({
    channels,
    renderTemplate: createRenderTemplate(),
    unitOfWork: createUnitOfWork({ database, ids }),
    uploadIds: createUploadIds([new Uint8Array(32)], ''),
    clock,
  })
  const workers = stack.use(new AsyncDisposableStack())
  const open = stack.move()
  return {
    database,
    arrivals,
    numberOf: (account, conversation) => account * size.conversationsEach + conversation + 1,
    async say(displayId, content) {
      const author = { kind: 'user', id: 1 } as const
      const sent = await sendMessage({ accountId, displayId, author, content, private: false, contentAttributes: {} })
      if (!sent.ok) throw new Error(sent.error.code)
    },
    async startWorker() {
      const own = workers.use(openPostgres({ url, onError: () => {} }))
      const unitOfWork = createUnitOfWork({ database: own, ids })
      const openAccess = createOpenAccess({ unitOfWork, vault, clock })
      const reportRefusal = createReportRefusal({ unitOfWork, clock })
      const deliver = createDeliverConversation({ channels, unitOfWork, openAccess, reportRefusal, clock, waitUntil, openFile: noFiles })
      const nothing = Object.fromEntries(Object.keys(jobs).map((name) => [name, idle])) as Record<JobName, typeof idle>
      const handlers = { ...nothing, 'deliver-conversation': deliver }
      const consumer = await startJobConsumer({ database: own.jobs, handlers, logger: silent })
      workers.defer(() => consumer.stop())
      workers.defer(await own.listen(jobsChannel, consumer.wake))
      consumer.wake('')
    },
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  }
}

/** How many parts stand how, and when each account's were claimed. */
export const readClaims = async ({ kysely }: Database) => {
  const { rows } = await sql<{ inboxId: number; state: string; claimedAt: number | null }>`
    select inbox_id as "inboxId", state, claimed_at as "claimedAt" from message_parts order by claimed_at`.execute(kysely)
  return rows
}
