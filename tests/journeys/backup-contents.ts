import { createHash } from 'node:crypto'
import { sql } from 'kysely'
import { createDiskStore } from '#adapters/media/disk.ts'
import { createDigests } from '#adapters/postgres/archive/digests.ts'
import { dumpDatabase } from '#adapters/postgres/archive/dump.ts'
import { type Database, openPostgres } from '#adapters/postgres/database.ts'
import { openEmbedded } from '#adapters/postgres/embedded.ts'

export const digestsOf = (database: Database) =>
  dumpDatabase(database, async (_schema, entries) => {
    const digests = createDigests()
    for await (const entry of entries) digests.add(entry)
    return Object.fromEntries(digests.result())
  })

export const embedded = async <T>(dir: string, look: (database: Database) => Promise<T>): Promise<T> => {
  await using database = await openEmbedded({ dir, onError: () => {} })
  return await look(database)
}

export const onServer = async <T>(url: string, look: (database: Database) => Promise<T>): Promise<T> => {
  await using database = openPostgres({ url, onError: () => {} })
  return await look(database)
}

/** What was taken in, by the ids that the provider gave. */
export const takenIn = async ({ kysely }: Database): Promise<Set<string>> => {
  const { rows } = await sql<{
    id: string
  }>`select payload ->> 'externalId' as id from intake_events where kind = 'message-received'`.execute(kysely)
  return new Set(rows.map(({ id }) => id))
}

/** Of all before the last line. */
export const digest = (text: string): string =>
  createHash('sha256')
    .update(Buffer.from(text.slice(0, text.lastIndexOf('end {')), 'latin1'))
    .digest('hex')

export const contentOf = async (dir: string): Promise<string> => {
  const file = await createDiskStore(`${dir}/media`).open('1/attachments/1')
  if (!file) return 'nothing'
  const hash = createHash('sha256')
  for await (const chunk of file.stream) hash.update(chunk)
  return hash.digest('hex')
}
