import { migrate } from '../../db/migrate.ts'
import { openPostgres } from '../../src/adapters/postgres/database.ts'
import { startPostgres } from '../support/postgres-server.ts'

/** A PostgreSQL server with our tables. Its URL has a password, which the server does not ask for, but Hyperdrive does. */
export const migratedPostgres = async (): Promise<AsyncDisposable & { readonly url: string }> => {
  await using stack = new AsyncDisposableStack()
  const server = stack.use(await startPostgres(18))
  const url = new URL(server.url)
  url.password = 'unasked'
  const database = openPostgres({ url: url.href, poolSize: 1, onError: () => {} })
  stack.use(database)
  await migrate(database)
  await database[Symbol.asyncDispose]()
  const open = stack.move()
  return { url: url.href, [Symbol.asyncDispose]: () => open.disposeAsync() }
}
