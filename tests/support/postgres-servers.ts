import { randomUUID } from 'node:crypto'
import type { TestProject } from 'vitest/node'
import { openPostgres } from '#adapters/postgres/database.ts'
import { migrate } from '../../db/migrate.ts'
import { execute } from './execute.ts'
import { pgliteTemplate } from './pglite-template.ts'
import { hasPostgres15, startPostgres } from './postgres-server.ts'
import { removeForgotten } from './temporary-folder.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    /** URL of a superuser on PostgreSQL 18, or on the server that DATABASE_URL names. */
    postgres18: string
    /** The same for PostgreSQL 15; nothing where the system does not have it. */
    postgres15: string | null
    /** The name of a migrated database on each server, to be copied. */
    templateDatabase: string
    /** A file: the data folder of a migrated PGlite, as `loadDataDir` takes it. */
    pgliteTemplate: string
    /** The same as a folder, to be copied. */
    pgliteFolder: string
  }
}

const sharedKey = Symbol.for('dovecote.test-servers')

type Provided = Pick<import('vitest').ProvidedContext, 'postgres18' | 'postgres15' | 'templateDatabase' | 'pgliteTemplate' | 'pgliteFolder'>

interface Servers {
  readonly provided: Provided
  stop(): Promise<void>
}

/** A server with a migrated database called `template`; the database goes when it is disposed of, and the server if it is ours. */
const prepareServer = async (cleanup: AsyncDisposableStack, version: 15 | 18, template: string, existing?: string): Promise<string> => {
  const url = existing ?? cleanup.use(await startPostgres(version)).url
  await execute(url, `create database ${template}`)
  if (existing !== undefined) cleanup.defer(() => execute(url, `drop database if exists ${template} with (force)`))
  const location = new URL(url)
  location.pathname = template
  await using database = openPostgres({ url: location.href, poolSize: 2, onError: console.error })
  await migrate(database)
  return url
}

/** Like Promise.all, but waits for all to end before it throws, so that what did start can be stopped. */
const settle = async <T extends readonly unknown[]>(promises: T): Promise<{ -readonly [K in keyof T]: Awaited<T[K]> }> => {
  await Promise.allSettled(promises)
  return Promise.all(promises)
}

const startServers = async (): Promise<Servers> => {
  removeForgotten()
  await using started = new AsyncDisposableStack()
  const templateDatabase = `dovecote_template_${randomUUID().replaceAll('-', '')}`
  const [postgres18, postgres15, template] = await settle([
    prepareServer(started, 18, templateDatabase, process.env.DATABASE_URL),
    hasPostgres15() ? prepareServer(started, 15, templateDatabase) : null,
    pgliteTemplate(),
  ] as const)
  const cleanup = started.move()
  const provided = { postgres18, postgres15, templateDatabase, pgliteTemplate: template.file, pgliteFolder: template.folder }
  return { provided, stop: () => cleanup.disposeAsync() }
}

/** One set of servers for all projects of a run: Vitest loads this file and calls it once for each. */
const shared: { users: number; servers?: Promise<Servers> } = (Reflect.get(globalThis, sharedKey) as typeof shared | undefined) ?? {
  users: 0,
}
Reflect.set(globalThis, sharedKey, shared)

export default async ({ provide }: TestProject): Promise<() => Promise<void>> => {
  shared.users++
  shared.servers ??= startServers()
  const { provided, stop } = await shared.servers
  provide('postgres18', provided.postgres18)
  provide('postgres15', provided.postgres15)
  provide('templateDatabase', provided.templateDatabase)
  provide('pgliteTemplate', provided.pgliteTemplate)
  provide('pgliteFolder', provided.pgliteFolder)
  return async () => {
    if (--shared.users === 0) await stop()
  }
}
