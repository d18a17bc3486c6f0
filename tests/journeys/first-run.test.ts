import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { freePort } from '../../src/cli/demo/free-port.ts'
import { createSandboxClient } from '../../src/sandbox/client.ts'
import { startSandbox } from '../../src/sandbox/index.ts'
import { emptyPostgresUrl, freshPostgresUrl } from '../support/databases.ts'
import { execute, rowsOf } from '../support/execute.ts'
import { type Program, runProgram, startProgram } from '../support/process.ts'
import { app, eventually } from '../support/system.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const cli = 'src/cli/main.ts'
const server = 'src/runtime/node.ts'

const isReady = async (port: number): Promise<boolean> =>
  (await fetch(`http://127.0.0.1:${port}/readyz`).catch(() => undefined))?.status === 200

const untilReady = (program: Program, port: number) =>
  eventually(async () => {
    const ended = await Promise.race([program.exited, isReady(port)])
    if (typeof ended === 'number') throw new Error(`It ended with ${ended}: ${program.output().err}`)
    return ended
  }, 'starting')

describe('the first run, with nothing configured', { timeout: 240_000 }, () => {
  test('makes its secrets once, serves, and the CLI goes through it', async () => {
    using folder = temporaryFolder()
    const instagram = await startSandbox({ appId: app.id, appSecret: app.secret })
    const port = await freePort(0)
    const env = {
      DATA_DIR: folder.path,
      PORT: String(port),
      INSTAGRAM_APP_ID: app.id,
      INSTAGRAM_APP_SECRET: app.secret,
      INSTAGRAM_VERIFY_TOKEN: app.verifyToken,
      INSTAGRAM_AUTHORIZE_URL: instagram.urls.authorize,
      INSTAGRAM_OAUTH_URL: instagram.urls.oauth,
      INSTAGRAM_GRAPH_URL: instagram.urls.graph,
    }
    try {
      await using program = startProgram(server, [], env)
      await untilReady(program, port)
      for (const name of ['encryption-keys', 'platform-app-token']) expect(statSync(join(folder.path, name)).mode & 0o777).toBe(0o600)
      expect(program.output().err).toContain('npm run cli -- setup')

      const second = await runProgram(server, [], { ...env, PORT: String(await freePort(0)) })
      expect(second.code).toBe(2)
      expect(second.err.trim().split('\n')).toEqual([expect.stringMatching(/in use by process \d+/)])

      const setup = await runProgram(cli, ['setup', '--json'], env)
      const made = JSON.parse(setup.out)
      expect(setup.code).toBe(0)
      const inboxes = await fetch(`http://127.0.0.1:${port}/api/v1/accounts/${made.account_id}/inboxes`, {
        headers: { api_access_token: made.api_access_token },
      })
      expect(await inboxes.json()).toEqual({ payload: [] })

      const sandbox = createSandboxClient(instagram.url)
      await sandbox.configure({ callback_url: `http://127.0.0.1:${port}/webhooks/instagram`, verify_token: app.verifyToken })
      await sandbox.createBusiness({ username: 'first.shop' })
      await using connecting = startProgram(cli, ['connect', 'instagram', '--json'], env)
      const url = await eventually(
        async () => connecting.output().out.includes('\n') && JSON.parse(connecting.output().out.split('\n')[0] ?? '').authorization_url,
        'the address',
      )
      await fetch(await sandbox.authorize(url))
      expect(await connecting.exited).toBe(0)
      expect(JSON.parse(connecting.output().out.trim().split('\n').at(-1) ?? '')).toMatchObject({
        name: 'first.shop',
        webhooks_subscribed: true,
      })

      const connectedBy = Math.floor(Date.now() / 1000)
      await using reconnecting = startProgram(cli, ['connect', 'instagram', '--json'], env)
      const same = await eventually(
        async () =>
          reconnecting.output().out.includes('\n') && JSON.parse(reconnecting.output().out.split('\n')[0] ?? '').authorization_url,
        'the address once more',
      )
      const isLater = async () => Math.floor(Date.now() / 1000) > connectedBy
      await eventually(isLater, 'the next second')
      await fetch(await sandbox.authorize(same))
      expect([await reconnecting.exited, JSON.parse(reconnecting.output().out.trim().split('\n').at(-1) ?? '')]).toEqual([
        0,
        expect.objectContaining({ name: 'first.shop', webhooks_subscribed: true }),
      ])

      await using given = startProgram(cli, ['connect', 'instagram'], env)
      await eventually(async () => given.output().out.includes('Open this address'), 'the third address')
      given.kill('SIGINT')
      expect([await given.exited, given.output().err]).toEqual([1, expect.stringContaining('No inbox was connected')])

      const dashboard = await sandbox.createBusiness({ username: 'token.shop' })
      const { access_token } = await sandbox.issueToken(dashboard.user_id)
      const adopted = await runProgram(cli, ['connect', 'instagram', '--token', access_token, '--json'], env)
      expect([adopted.code, JSON.parse(adopted.out)]).toEqual([
        0,
        expect.objectContaining({ name: 'token.shop', webhooks_subscribed: true }),
      ])
      const refused = await runProgram(cli, ['connect', 'instagram', '--token', 'IGAAnobody'], env)
      expect([refused.code, refused.err]).toEqual([1, expect.stringContaining('Generate a new one')])

      program.kill('SIGTERM')
      expect(await program.exited).toBe(0)
      expect(program.output().err).not.toContain('installation.created'.repeat(2))

      await using again = startProgram(server, [], env)
      await untilReady(again, port)
      expect(again.output().err).not.toContain('installation.created')
    } finally {
      await instagram.close()
    }
  })

  test('setup opens the folder itself where no server runs, and connect says that one is needed', async () => {
    using folder = temporaryFolder()
    const env = { DATA_DIR: folder.path }
    const setup = await runProgram(cli, ['setup'], env)
    expect([setup.code, setup.err]).toEqual([0, ''])
    expect(existsSync(join(folder.path, 'lock'))).toBe(false)
    const connect = await runProgram(cli, ['connect', 'instagram'], env)
    expect([connect.code, connect.err]).toEqual([2, expect.stringContaining('npm start')])
  })
})

describe('a wrong set-up', () => {
  test.each<[string, string[], Record<string, string>, RegExp]>([
    ['an unknown command', ['fly'], {}, /no command "fly"/],
    ['an unknown option', ['setup', '--colour'], {}, /--colour.*--help/],
    ['every wrong variable at once', ['migrate'], { PORT: 'many', ROLE: 'king' }, /PORT[^\n]*\n[^\n]*ROLE/],
  ])('%s ends with 2 and says what is wrong', async (_, args, env, sentence) => {
    const { code, err, out } = await runProgram(cli, args, env)
    expect([code, out]).toEqual([2, ''])
    expect(err).toMatch(sentence)
    expect(err).not.toMatch(/^\s+at /m)
  })

  test('a database made by other migrations is refused with a sentence', async () => {
    await using fresh = await freshPostgresUrl()
    using folder = temporaryFolder()
    await execute(fresh.url, "update schema_migrations set checksum = 'of another file' where name like '0002%'")
    const { code, err } = await runProgram(cli, ['migrate'], { DATABASE_URL: fresh.url, DATA_DIR: folder.path })
    expect([code, err.trim().split('\n')]).toEqual([2, [expect.stringMatching(/^The migration 0002_.* was changed/)]])
  })

  test('a server with a database of its own does not make up keys', async () => {
    await using fresh = await freshPostgresUrl()
    using folder = temporaryFolder()
    const { code, err } = await runProgram(server, [], { DATABASE_URL: fresh.url, DATA_DIR: folder.path })
    expect([code, err.trim().split('\n').length]).toEqual([2, 1])
    expect(err).toContain('ENCRYPTION_KEYS')
  })
})

describe('the demo', () => {
  test.each<[string, string, typeof emptyPostgresUrl?]>([
    [
      'a real installation',
      "insert into platform_apps (name, created_at) values ('first', now()); insert into accounts (name, created_at) values ('Shop', now())",
    ],
    ['an installation that no server ran on yet', "insert into accounts (name, created_at) values ('Shop', now())"],
    ['something else', 'create table wines (name text)', emptyPostgresUrl],
  ])('leaves a database of %s alone', async (_, script, open = freshPostgresUrl) => {
    await using fresh = await open()
    using folder = temporaryFolder()
    await execute(fresh.url, script)
    const tables = 'select count(*) from information_schema.tables'
    const before = await rowsOf(fresh.url, tables)
    const { code, out, err } = await runProgram(cli, ['demo', '--once'], { DATABASE_URL: fresh.url, DATA_DIR: folder.path })
    expect([code, err.trim().split('\n')]).toEqual([2, [expect.stringMatching(/^The demo needs a database of its own/)]])
    expect(out).not.toContain('Ready')
    expect(await rowsOf(fresh.url, tables)).toEqual(before)
  })

  test('runs twice in a row on a database that was empty', async () => {
    await using fresh = await emptyPostgresUrl()
    using folder = temporaryFolder()
    for (let run = 1; run <= 2; run++) {
      const { code, out } = await runProgram(cli, ['demo', '--once', '--json'], { DATABASE_URL: fresh.url, DATA_DIR: folder.path })
      const lines = out
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line))
      expect(lines.filter((line) => !line.ok)).toEqual([])
      expect([code, lines.at(-1).step]).toEqual([0, 'done'])
    }
  })
})
