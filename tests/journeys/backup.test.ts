import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import { gunzipSync, gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createDiskStore } from '#adapters/media/disk.ts'
import { noteServerUrl } from '#adapters/postgres/embedded.ts'
import { takeLock } from '#adapters/postgres/embedded-lock.ts'
import { readConfig } from '../../src/runtime/environment.ts'
import { move } from '../../src/runtime/move.ts'
import { restore } from '../../src/runtime/restore.ts'
import { emptyPostgresUrl } from '../support/databases.ts'
import { execute, rowsOf } from '../support/execute.ts'
import { runProgram, startProgram } from '../support/process.ts'
import { connectedBusiness, eventually, listConversations, startSystem } from '../support/system.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { contentOf, digest, digestsOf, embedded, onServer, takenIn } from './backup-contents.ts'

/** Some of these start many processes: far more than a busy machine takes, ms. */
const patience = 600_000

const cli = (env: Readonly<Record<string, string>>, ...args: string[]) => runProgram('src/cli/main.ts', args, env)

const picture = Uint8Array.from({ length: 200_000 }, (_, n) => (n * 7919) % 251)

describe('a backup of a server at work', () => {
  const stack = new AsyncDisposableStack()
  let backup: string
  let acknowledged: readonly string[]
  let folder: string

  beforeAll(async () => {
    const home = stack.use(temporaryFolder())
    folder = home.path
    const dataDir = `${home.path}/source`
    backup = `${home.path}/one.backup`
    await using system = await startSystem({ env: { DATA_DIR: dataDir } })
    await createDiskStore(`${dataDir}/media`).put('1/attachments/1', Readable.from([picture.subarray(0, 70_001), picture.subarray(70_001)]))
    const { business, customer } = await connectedBusiness(system)
    const told: string[] = []
    let going = true
    const write = async (n: number): Promise<void> => {
      const message = { mid: `mid.${n}`, text: `message ${n}` }
      const messaging = [{ sender: { id: customer.igsid }, recipient: { id: business.user_id }, timestamp: Date.now(), message }]
      const answer = await system.webhook({ object: 'instagram', entry: [{ id: business.user_id, time: Date.now(), messaging }] })
      if (answer.status === 200) told.push(message.mid)
    }
    const writing = (async () => {
      for (let n = 0; going; n++) await write(n)
    })()
    await eventually(async () => told.length > 50, 'the first messages')
    await eventually(async () => (await listConversations(system)).length > 0, 'the conversation')
    acknowledged = [...told]
    const made = await cli({ DATA_DIR: dataDir, PLATFORM_APP_TOKEN: 'the-platform-token-of-the-test' }, 'backup', backup)
    going = false
    await writing
    expect(made).toMatchObject({ code: 0, err: '' })
    expect(made.out).toMatch(/and 1 file: \d+ bytes, checked\.\nThe encryption keys are in it/)
    expect(told.length).toBeGreaterThan(acknowledged.length)
  }, patience)
  afterAll(() => stack.disposeAsync())

  test('is one file for its owner alone, and nothing is left beside it', () => {
    expect(statSync(backup).mode & 0o777).toBe(0o600)
    expect(readdirSync(folder).sort()).toEqual(['one.backup', 'source'])
    expect(readdirSync(`${folder}/source`).sort()).toEqual(['encryption-keys', 'media', 'pgdata'])
  })

  test('becomes the same installation in an empty folder and in an empty PostgreSQL, from where it moves on', {
    timeout: patience,
  }, async () => {
    const [first, second] = [`${folder}/first`, `${folder}/second`]
    expect(await cli({ DATA_DIR: first }, 'restore', backup)).toMatchObject({ code: 0, err: '' })
    const ids = await embedded(first, takenIn)
    expect(acknowledged.filter((id) => !ids.has(id))).toEqual([])
    const digests = await embedded(first, digestsOf)
    expect(digests.inboxes?.rows).toBe(1)
    expect(await contentOf(first)).toBe(createHash('sha256').update(picture).digest('hex'))
    expect(readFileSync(`${first}/encryption-keys`, 'utf8')).toBe(readFileSync(`${folder}/source/encryption-keys`, 'utf8'))
    expect(statSync(`${first}/encryption-keys`).mode & 0o777).toBe(0o600)

    await using server = await emptyPostgresUrl()
    const env = { DATA_DIR: second, DATABASE_URL: server.url }
    expect(await cli(env, 'restore', backup)).toMatchObject({ code: 0, err: '' })
    expect(await onServer(server.url, digestsOf)).toEqual(digests)
    expect(await contentOf(second)).toBe(await contentOf(first))
    expect(await cli(env, 'restore', backup)).toMatchObject({ code: 2, err: expect.stringMatching(/already; make an empty database/) })

    await using target = await emptyPostgresUrl()
    const moved = await cli({ DATA_DIR: first, DATABASE_URL: target.url }, 'move')
    expect(moved).toMatchObject({ code: 0, err: '' })
    expect(moved.out).toContain(`ENCRYPTION_KEYS_FILE=${first}/encryption-keys`)
    expect(await onServer(target.url, digestsOf)).toEqual(digests)
    expect(await embedded(first, digestsOf)).toEqual(digests)
    expect(await cli({ DATA_DIR: first, DATABASE_URL: target.url }, 'move')).toMatchObject({
      code: 2,
      err: expect.stringMatching(/something in \w+ in the database of DATABASE_URL already/),
    })

    await using system = await startSystem({
      databaseUrl: target.url,
      env: {
        DATA_DIR: first,
        ENCRYPTION_KEYS: `new:${Buffer.alloc(32, 7).toString('base64')},${readFileSync(`${first}/encryption-keys`, 'utf8').trim()}`,
      },
    })
    const rotated = await system.platform<{ credentials: number; unreadable: number }>('POST', '/platform/api/v1/encryption_keys/rotate')
    expect(rotated).toMatchObject({ credentials: 1, unreadable: 0 })
  })

  const restoreInto = (dir: string, file: string, replace = false) => restore(readConfig({ DATA_DIR: dir }), file, replace)

  test('is refused where something is, unless that is to be put aside, and while a server has the folder', {
    timeout: patience,
  }, async () => {
    const dir = `${folder}/inhabited`
    await embedded(dir, async () => {
      await expect(restoreInto(dir, backup, true)).rejects.toThrow('is in use by process')
      await expect(move(readConfig({ DATA_DIR: dir, DATABASE_URL: 'postgres://localhost/x' }))).rejects.toThrow('is in use by process')
    })
    await expect(restoreInto(dir, backup)).rejects.toThrow('say --replace')
    const replaced = await cli({ DATA_DIR: dir }, 'restore', backup, '--replace')
    expect(replaced).toMatchObject({ code: 0, err: '' })
    expect(replaced.out).toContain(`${dir}/before-restore`)
    expect((await embedded(dir, digestsOf)).inboxes?.rows).toBe(1)
  })

  test('goes into no database that is somebody else’s or that nobody answers for, and says so in a sentence', {
    timeout: patience,
  }, async () => {
    await using theirs = await emptyPostgresUrl()
    await execute(theirs.url, 'create table orders (id int)')
    const dir = `${folder}/elsewhere`
    const into = (url: string) => restore(readConfig({ DATA_DIR: dir, DATABASE_URL: url }), backup, false)
    await expect(into(theirs.url)).rejects.toThrow('There is something in orders already')
    const from = `${folder}/moving`
    await embedded(from, async () => {})
    await expect(move(readConfig({ DATA_DIR: from, DATABASE_URL: theirs.url }))).rejects.toThrow(
      'There is something in orders in the database',
    )
    expect(await rowsOf(theirs.url, "select relname from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace")).toEqual([
      { relname: 'orders' },
    ])
    expect(existsSync(`${dir}/media`)).toBe(false)
    const gone = await cli({ DATA_DIR: from, DATABASE_URL: 'postgres://127.0.0.1:1/x' }, 'move')
    expect(gone).toMatchObject({ code: 2, err: expect.stringMatching(/^The database of DATABASE_URL .*ECONNREFUSED[^\n]*\n$/) })
  })

  test('that was cut off or changed is refused, and nothing is touched', { timeout: patience }, async () => {
    const whole = readFileSync(backup)
    const flipped = Uint8Array.from(whole)
    flipped[whole.length >> 1] = (whole[whole.length >> 1] ?? 0) ^ 1
    const text = gunzipSync(whole).toString('latin1')
    const newer = text.replace('"0001_foundation.sql"', '"9999_later.sql"')
    const bad = {
      cut: whole.subarray(0, whole.length >> 1),
      flipped,
      edited: gzipSync(Buffer.from(text.replace('message 7"', 'massage 7"'), 'latin1')),
      endless: gzipSync(Buffer.from(text.slice(0, text.lastIndexOf('end {')), 'latin1')),
      longer: gzipSync(Buffer.from(`${text}row ["1"]\n`, 'latin1')),
      other: Buffer.from('this is no backup'),
      newer: gzipSync(Buffer.from(newer.replace(/"sha256":"\w+"}\n$/, `"sha256":"${digest(newer)}"}\n`), 'latin1')),
    }
    for (const [name, bytes] of Object.entries(bad)) {
      writeFileSync(`${folder}/${name}`, bytes)
      const said =
        name === 'newer' ? /does not know \(9999_later.sql\)/ : /cannot be restored\. .* Nothing was changed; take another backup\.$/
      await expect(restoreInto(`${folder}/untouched`, `${folder}/${name}`), name).rejects.toThrow(said)
      expect(existsSync(`${folder}/untouched`)).toBe(false)
    }
    const gone = await cli({ DATA_DIR: `${folder}/untouched` }, 'restore', `${folder}/missing`)
    expect(gone).toMatchObject({ code: 2, err: expect.stringContaining('ENOENT') })
  })
})

describe('a backup that does not come to its end', () => {
  /** A server that holds the folder, sends the beginning of a backup, and then what `end` does. */
  const halfServer = async (dir: string, end: 'hangs' | 'breaks') => {
    const release = await takeLock(dir)
    const beginning = gzipSync(Buffer.from('dovecote {"format":1}\n'))
    const server = createServer((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/gzip' })
      response.write(beginning)
      if (end === 'breaks') setImmediate(() => response.destroy())
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    noteServerUrl(dir, `http://127.0.0.1:${(server.address() as AddressInfo).port}`)
    return {
      async [Symbol.asyncDispose]() {
        server.closeAllConnections()
        await new Promise((resolve) => server.close(resolve))
        release()
      },
    }
  }

  test.each(['hangs', 'breaks'] as const)('because the server %s has no file under its name', { timeout: patience }, async (end) => {
    using folder = temporaryFolder()
    await using _server = await halfServer(folder.path, end)
    const file = `${folder.path}/half.backup`
    await using program = startProgram('src/cli/main.ts', ['backup', file], { DATA_DIR: folder.path, PLATFORM_APP_TOKEN: 'x' })
    const drafts = () => readdirSync(folder.path).filter((name) => name.startsWith('half.backup.part-'))
    if (end === 'hangs') {
      await eventually(async () => drafts().some((name) => statSync(`${folder.path}/${name}`).size > 0), 'the draft')
      program.kill('SIGKILL')
      await program.exited
    } else {
      expect(await program.exited).toBe(1)
      expect(program.output().err).toMatch(/^The backup was not made .* then try again\.\n$/)
      expect(drafts()).toEqual([])
    }
    expect(existsSync(file)).toBe(false)
  })
})
