import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { execute } from '../support/execute.ts'
import { type PostgresServer, startPostgres } from '../support/postgres-server.ts'
import { install } from './installation.ts'
import { servers } from './toolchains.ts'
import { writtenConversation } from './written-conversation.ts'

describe('on a PostgreSQL server', () => {
  let server: PostgresServer

  beforeAll(async () => {
    server = await startPostgres(18)
  })
  afterAll(() => server[Symbol.asyncDispose]())

  const createDatabase = async (name: string): Promise<string> => {
    await execute(server.url, `create database ${name}`)
    const url = new URL(server.url)
    url.pathname = name
    return url.href
  }

  test.each(servers)('$name receives, answers and stops', async (runtime) => {
    const databaseUrl = await createDatabase(`dovecote_${runtime.name.toLowerCase()}`)
    await using dovecote = await install(runtime, { databaseUrl })
    const { customer, send, settled } = await writtenConversation(dovecote)
    const message = await settled(await send('Until six.'), 'accepted')
    const texts = (await dovecote.instagram.messages(customer.igsid)).map(({ mid, text }) => [mid, text])
    expect(texts).toContainEqual([message.source_id, 'Until six.'])
    expect(await dovecote.stop()).toEqual({ code: 0, signal: null })
  })
})
