import { sql } from 'kysely'
import { PgBoss } from 'pg-boss'
import { afterAll, beforeAll } from 'vitest'
import { createIds } from '#adapters/crypto/uuid-v7.ts'
import type { Database } from '#adapters/postgres/database.ts'
import { createIntakeLog } from '#adapters/postgres/intake-log.ts'
import { createQueries } from '#adapters/postgres/queries.ts'
import { createUnitOfWork } from '#adapters/postgres/unit-of-work.ts'
import { jobs } from '#application/jobs.ts'
import type { IntakeLog } from '#application/ports/intake.ts'
import type { Queries } from '#application/ports/queries.ts'
import type { UnitOfWork } from '#application/ports/unit-of-work.ts'
import { change } from '../fakes/state.ts'
import { createFakeWorld } from '../fakes/world.ts'
import { type PostgresName, type TestDatabase, testDatabases } from '../support/databases.ts'

export interface WaitingJob {
  readonly name: string
  readonly key: string
  readonly payload: unknown
}

export interface ToldEvent {
  readonly name: string
  readonly payload: unknown
  readonly at: number
}

/** An implementation of what is stored, with what a test needs and no port gives. */
export interface Subject extends AsyncDisposable {
  readonly unitOfWork: UnitOfWork
  readonly intakeLog: IntakeLog
  readonly queries: Queries
  /** The jobs that are committed and not begun, in the order in which they were added. */
  waitingJobs(): Promise<WaitingJob[]>
  /** Does to all waiting jobs that are due what a worker does first. */
  beginJobs(): Promise<void>
  /** The name and payload of an account's business events, oldest first. */
  businessEvents(accountId: number): Promise<ToldEvent[]>
  storeSetting(setting: { readonly name: string; readonly value?: string; readonly sealed?: string }): Promise<void>
  assign(conversationId: number, userId: number): Promise<void>
  markSeen(conversationId: number, at: number): Promise<void>
  blockContact(contactId: number): Promise<void>
  nameContact(contactId: number, name: string): Promise<void>
}

export type OpenSubject = () => Promise<Subject>

const openFake = async (): Promise<Subject> => {
  const { unitOfWork, intakeLog, queries, jobs: waiting, arrange, state } = createFakeWorld()
  return {
    unitOfWork,
    intakeLog,
    queries,
    waitingJobs: async () => waiting().map(({ name, key, payload }) => ({ name, key, payload })),
    beginJobs: async () =>
      arrange((state) => {
        for (const id of state.jobs.keys()) change(state.jobs, id, { state: 'begun' })
      }),
    businessEvents: async (accountId) =>
      [...state().businessEvents.values()]
        .filter((event) => event.accountId === accountId)
        .map(({ name, payload, at }) => ({ name, payload, at })),
    storeSetting: async ({ name, sealed }) =>
      arrange(({ sealedSettings }) => void (sealed !== undefined && sealedSettings.set(name, sealed))),
    assign: async (id, assigneeId) => arrange((state) => change(state.conversations, id, { assigneeId })),
    markSeen: async (id, at) => arrange((state) => change(state.conversations, id, { agentLastSeenAt: at })),
    blockContact: async (id) => arrange((state) => change(state.contacts, id, { blocked: true })),
    nameContact: async (id, name) => arrange((state) => change(state.contacts, id, { name })),
    async [Symbol.asyncDispose]() {},
  }
}

const begin = async (database: Database): Promise<void> => {
  const boss = new PgBoss({ ...database.jobs, supervise: false, schedule: false, migrate: false })
  await boss.start()
  for (const name of Object.keys(jobs)) await boss.fetch(name, { batchSize: 1000 })
  await boss.stop({ graceful: false })
}

export const openOn = async (database: Database): Promise<Subject> => {
  const { kysely } = database
  const ids = createIds()
  const update = (table: 'conversations' | 'contacts', id: number) => kysely.updateTable(table).where('id', '=', id)
  return {
    unitOfWork: createUnitOfWork({ database, ids }),
    intakeLog: createIntakeLog({ database, timeoutMs: 20_000 }),
    queries: createQueries(database),
    async waitingJobs() {
      const { rows } = await sql<WaitingJob>`
        select name, split_part(singleton_key, '@', 1) as key, data as payload from pgboss.job where state = 'created' order by id`.execute(
        kysely,
      )
      return rows
    },
    beginJobs: () => begin(database),
    async businessEvents(accountId) {
      const { rows } = await sql<ToldEvent>`
        select name, payload, created_at as at from business_events where account_id = ${accountId} order by id`.execute(kysely)
      return rows
    },
    storeSetting: async (setting) =>
      void (await kysely
        .insertInto('global_config')
        .values({ ...setting, updated_at: new Date() })
        .execute()),
    assign: async (id, assignee_id) => void (await update('conversations', id).set({ assignee_id }).execute()),
    markSeen: async (id, at) =>
      void (await update('conversations', id)
        .set({ agent_last_seen_at: new Date(at) })
        .execute()),
    blockContact: async (id) => void (await update('contacts', id).set({ blocked: true }).execute()),
    nameContact: async (id, name) => void (await update('contacts', id).set({ name }).execute()),
    [Symbol.asyncDispose]: () => database[Symbol.asyncDispose](),
  }
}

export interface Implementation {
  readonly name: 'fake' | TestDatabase['name']
  readonly open: OpenSubject
}

/** `describe.each(implementations())('contacts: $name', ({ open }) => contactsContract(open))` */
export const implementations = (): Implementation[] => [
  { name: 'fake', open: openFake },
  ...testDatabases().map(({ name, open }) => ({ name, open: async () => openOn(await open()) })),
]

/** Those on which transactions really run side by side. */
export const postgresServers = (): (Implementation & { readonly name: PostgresName })[] =>
  implementations().filter((each): each is Implementation & { readonly name: PostgresName } => each.name.startsWith('postgres'))

/** One subject for all tests around; tests keep apart by accounts of their own. */
export const shared = (open: OpenSubject): (() => Subject) => {
  let subject: Subject | undefined
  beforeAll(async () => {
    subject = await open()
  })
  afterAll(async () => subject?.[Symbol.asyncDispose]())
  return () => {
    if (subject === undefined) throw new Error('Not opened yet.')
    return subject
  }
}
