import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { openPostgres } from '#adapters/postgres/database.ts'
import { readCatalog } from '../../db/catalog.ts'
import { generatedFiles } from '../../db/generate.ts'
import { renderSchema } from '../../db/render-schema.ts'
import { emptyPostgresUrl, testDatabases, testServers } from '../support/databases.ts'

describe.each(testDatabases())('$name', ({ open }) => {
  test('the generated files are what its catalogs say', async () => {
    await using database = await open()
    for (const [path, content] of Object.entries(await generatedFiles(database)))
      expect(readFileSync(path, 'utf8'), `${path}: run npm run db:generate`).toBe(content)
  })
})

test.each(testServers())('%s: db/schema.sql makes the schema that it describes', async (server) => {
  await using empty = await emptyPostgresUrl(server)
  await using database = openPostgres({ url: empty.url, onError: () => {} })
  const schema = readFileSync('db/schema.sql', 'utf8')
  await database.runScript(schema)
  expect(renderSchema(await readCatalog(database))).toBe(schema)
})
