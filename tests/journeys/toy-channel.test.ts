import { cpSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { expect, test } from 'vitest'
import { type Api, createApi } from '../../src/cli/api.ts'
import { freePort } from '../../src/cli/demo/free-port.ts'
import { setUpTenant } from '../../src/cli/set-up.ts'
import { freshPostgresUrl } from '../support/databases.ts'
import { runProgram, startProgram } from '../support/process.ts'
import { eventually, listConversations, listMessages } from '../support/system.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

/** The whole source with a toy channel in it: its folder, and one line in the list of channels. */
const branchWithToyChannel = (folder: string): void => {
  for (const name of ['src', 'db', 'package.json', 'tsconfig.json']) cpSync(name, join(folder, name), { recursive: true })
  symlinkSync(resolve('node_modules'), join(folder, 'node_modules'))
  cpSync('tests/fixtures/toy-channel', join(folder, 'src/channels/toy'), { recursive: true })
  const list = join(folder, 'src/channels/index.ts')
  const text = readFileSync(list, 'utf8').replace('instagram]', 'instagram, toy]')
  writeFileSync(list, `import { toy } from '#channels/toy/index.ts'\n${text}`)
}

test('a new channel is a folder and a line: it connects, receives and sends', async () => {
  using folder = temporaryFolder()
  branchWithToyChannel(folder.path)
  const types = await runProgram('node_modules/typescript/bin/tsc', ['-p', folder.path], {})
  expect(types.out).toBe('')

  await using database = await freshPostgresUrl()
  const port = await freePort(0)
  const url = `http://127.0.0.1:${port}`
  const platformToken = 'the-platform-token-of-the-toy-test'
  await using server = startProgram(join(folder.path, 'src/runtime/node.ts'), [], {
    PORT: String(port),
    DATA_DIR: folder.path,
    DATABASE_URL: database.url,
    ENCRYPTION_KEYS: `test:${Buffer.alloc(32, 7).toString('base64')}`,
    PLATFORM_APP_TOKEN: platformToken,
    TOY_SECRET: 'teddy',
  })
  await eventually(async () => (await fetch(`${url}/readyz`).catch(() => undefined))?.status === 200, 'starting')
  const tenant = await setUpTenant(createApi(url, platformToken), { account: 'Toys', name: 'Tom', email: 'tom@toys.example' })
  const user = createApi(url, tenant.token)
  const api: Api = (method, path, body) => user(method, `/api/v1/accounts/${tenant.accountId}${path}`, body)

  const { url: authorize } = await api<{ url: string }>('POST', '/toy/authorization')
  expect((await fetch(authorize, { redirect: 'manual' })).headers.get('location')).toContain('/inboxes/new/')
  const write = (secret: string) =>
    fetch(`${url}/webhooks/toy`, { method: 'POST', headers: { 'x-toy': secret }, body: JSON.stringify({ from: 'kid', text: 'hi' }) })
  expect((await write('robot')).status).toBe(401)
  expect((await write('teddy')).status).toBe(200)

  const conversation = await eventually(async () => (await listConversations({ api }))[0])
  expect(conversation.meta.sender.name).toBe('Unknown (Toy: kid)')
  await api('POST', `/conversations/${conversation.id}/messages`, { content: 'more than twenty bytes of an answer' })
  const answer = await eventually(async () => (await listMessages({ api }, conversation.id)).find((m) => m.delivery.state === 'accepted'))
  expect(answer.delivery.parts.map((part) => part.external_id)).toEqual(['sent:more than twenty', 'sent:bytes of an answer'])
  server.kill('SIGTERM')
  expect(await server.exited).toBe(0)
})
