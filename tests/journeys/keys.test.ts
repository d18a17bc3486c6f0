import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { generateEncryptionKey } from '#composition/encryption-keys.ts'
import { freePort } from '../../src/cli/demo/free-port.ts'
import { freshPostgresUrl, provideEmbedded } from '../support/databases.ts'
import { runProgram, startProgram } from '../support/process.ts'
import { connectedBusiness, eventually, listConversations, listMessages, startSystem } from '../support/system.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const cli = 'src/cli/main.ts'
const rotate = async (env: Record<string, string>) => {
  const { code, out, err } = await runProgram(cli, ['keys', 'rotate', '--json'], env)
  return { code, err, answer: out === '' ? undefined : JSON.parse(out) }
}

/** Connects an account through a server that knows this key alone. */
const connectUnder = async (databaseUrl: string, key: string): Promise<void> => {
  await using system = await startSystem({ databaseUrl, env: { ENCRYPTION_KEYS: key } })
  await connectedBusiness(system)
}

describe('keys rotate', () => {
  test('seals everything with the new key while a server works with it; then the old key can go', async () => {
    await using database = await freshPostgresUrl()
    using folder = temporaryFolder()
    const [oldKey, newKey] = [generateEncryptionKey(), generateEncryptionKey()]
    const env = (keys: string) => ({ DATABASE_URL: database.url, DATA_DIR: folder.path, ENCRYPTION_KEYS: keys })
    await connectUnder(database.url, oldKey)
    await using system = await startSystem({ databaseUrl: database.url, env: { ENCRYPTION_KEYS: `${newKey},${oldKey}` } })
    const { customer } = await connectedBusiness(system)
    const key = newKey.split(':')[0]
    type Bridge = { readonly id: number; readonly secret: string }
    const bridge = await system.api<Bridge>('POST', '/inboxes', { name: 'Bridge', channel: { type: 'api' } })
    expect(await rotate(env(`${newKey},${oldKey}`))).toEqual({
      code: 0,
      err: '',
      answer: { key, credentials: 1, secrets: 0, settings: 2, unreadable: 0 },
    })
    expect(await rotate(env(newKey))).toMatchObject({ code: 0, answer: { credentials: 0, settings: 0, unreadable: 0 } })
    const other = await rotate(env(oldKey))
    expect([other.code, other.answer.unreadable]).toEqual([1, 6])
    expect((await system.api<Bridge>('GET', `/inboxes/${bridge.id}`)).secret).toBe(bridge.secret)
    expect(other.err).toContain('put the key that sealed them behind the others')

    await system.instagram.write(customer.igsid, { text: 'hello' })
    const conversation = await eventually(async () => (await listConversations(system))[0])
    await system.api('POST', `/conversations/${conversation.id}/messages`, { content: 'still here' })
    await eventually(async () => (await listMessages(system, conversation.id)).some((m) => m.delivery.state === 'accepted'))
  })

  test('goes through the server that has the embedded database, and says so where that server does not know the new key', async () => {
    using folder = temporaryFolder()
    provideEmbedded(folder.path)
    const port = await freePort(0)
    const env = { DATA_DIR: folder.path, PORT: String(port), INSTAGRAM_APP_SECRET: 'the-secret-of-the-app' }
    const file = join(folder.path, 'encryption-keys')
    const serve = async () => {
      const program = startProgram('src/runtime/node.ts', [], env)
      await eventually(async () => (await fetch(`http://127.0.0.1:${port}/readyz`).catch(() => undefined))?.status === 200, 'starting')
      return program
    }
    const stop = async (program: Awaited<ReturnType<typeof serve>>) => {
      program.kill('SIGTERM')
      expect(await program.exited).toBe(0)
    }
    await using first = await serve()
    const oldKey = readFileSync(file, 'utf8').trim()
    const newKey = generateEncryptionKey()
    writeFileSync(file, `${newKey},${oldKey}\n`)
    const early = await rotate(env)
    expect([early.code, early.err]).toEqual([1, expect.stringContaining('restart the server')])
    await stop(first)
    await using second = await serve()
    expect(await rotate(env)).toMatchObject({ code: 0, answer: { key: newKey.split(':')[0], credentials: 0, settings: 1 } })
    await stop(second)
    writeFileSync(file, `${newKey}\n`)
    expect(await rotate(env)).toMatchObject({ code: 0, answer: { credentials: 0, settings: 0, unreadable: 0 } })
  })
})
