import { existsSync, globSync, readFileSync, statSync } from 'node:fs'
import { Readable } from 'node:stream'
import { type Kysely, sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createDiskStore } from '#adapters/media/disk.ts'
import { openEmbedded } from '#adapters/postgres/embedded.ts'
import type { Tables } from '#adapters/postgres/tables.ts'
import { runProgram } from '../support/process.ts'
import { connectedBusiness, eventually, listConversations, listMessages, type System, startSystem } from '../support/system.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const canary = { name: 'Zebulon Quagga', text: 'canary-in-the-coal-mine', id: '900000000777001', picture: 'canary-picture-bytes' }

/** It starts many processes: far more than a busy machine takes, ms. */
const patience = 600_000

const platformToken = 'the-platform-token-of-the-test'

/** The tables, of any schema, with a row in which one of these words stands, as text or as bytes. */
const tablesWith = async (kysely: Kysely<Tables>, words: readonly string[]): Promise<string[]> => {
  const forms = words.flatMap((word) => [word, Buffer.from(word).toString('hex'), Buffer.from(word).toString('base64').slice(0, -4)])
  const tables = await sql<{ name: string }>`
    select format('%I.%I', table_schema, table_name) as name from information_schema.tables
    where table_type = 'BASE TABLE' and table_schema not in ('pg_catalog', 'information_schema')`.execute(kysely)
  const found: string[] = []
  for (const { name } of tables.rows) {
    const { rows } = await sql<{ count: number }>`
      select count(*) as count from ${sql.raw(name)} t where exists (
        select from unnest(${forms}::text[]) w(word) where strpos(lower(t::text), lower(w.word)) > 0
      )`.execute(kysely)
    if (Number(rows[0]?.count) > 0) found.push(name)
  }
  return found.sort()
}

const filesWith = (dir: string, words: readonly string[]): string[] =>
  globSync('**/*', { cwd: dir }).filter((path) => {
    if (!statSync(`${dir}/${path}`).isFile()) return false
    const bytes = readFileSync(`${dir}/${path}`)
    return words.some((word) => bytes.includes(word))
  })

describe('a contact who is erased', () => {
  const stack = new AsyncDisposableStack()
  let system: System
  let home: string
  let dataDir: string

  beforeAll(async () => {
    home = stack.use(temporaryFolder()).path
    dataDir = `${home}/data`
    system = await startSystem({ env: { DATA_DIR: dataDir } })
  })
  afterAll(async () => {
    await system[Symbol.asyncDispose]()
    await stack.disposeAsync()
  })

  const cli = (...args: string[]) => runProgram('src/cli/main.ts', args, { DATA_DIR: dataDir, PLATFORM_APP_TOKEN: platformToken })

  const said = (from: string, to: string, text: string) => ({
    sender: { id: from },
    recipient: { id: to },
    timestamp: Date.now(),
    message: { mid: `mid-${from}-${text}`, text },
  })

  /** The canary and a bystander write, in bodies of their own and in one together; the canary is answered, and has a picture. */
  const talk = async () => {
    const { business } = await connectedBusiness(system)
    const person = await system.instagram.createCustomer(business.user_id, { igsid: canary.id, name: canary.name })
    const bystander = await system.instagram.createCustomer(business.user_id, { name: 'By Stander' })
    const post = (...messaging: readonly object[]) =>
      system.webhook({ object: 'instagram', entry: [{ id: business.user_id, time: Date.now(), messaging }] })
    await system.instagram.write(person.igsid, { text: canary.text })
    await post(said(bystander.igsid, business.user_id, 'from the bystander'), said(person.igsid, business.user_id, `${canary.text} again`))
    await post({ sender: { id: person.igsid }, recipient: { id: business.user_id }, timestamp: 5, read: { mid: 'never-came' } })
    await post({ sender: { id: person.igsid }, recipient: { id: business.user_id }, timestamp: 6, unheard_of: { text: canary.text } })
    await system.instagram.event(person.igsid, {
      field: 'messages',
      event: { unheard_of: { from: canary.id, text: canary.text } },
      bare: true,
    })
    const conversation = await eventually(
      async () => (await listConversations(system)).find(({ meta }) => meta.sender.name === canary.name),
      'the conversation, under its name',
    )
    await eventually(async () => (await listMessages(system, conversation.id)).length === 2, 'both messages')
    const send = (content: string, more: object = {}) =>
      fetch(`${system.url}/api/v1/accounts/${system.tenant.accountId}/conversations/${conversation.id}/messages`, {
        method: 'POST',
        headers: { api_access_token: system.tenant.token, 'content-type': 'application/json', 'idempotency-key': content },
        body: JSON.stringify({ content, ...more }),
      })
    expect((await send(`to the ${canary.text}`)).status).toBe(200)
    expect((await send(`about ${canary.text}`, { private: true })).status).toBe(200)
    await eventually(
      async () => (await listMessages(system, conversation.id)).some(({ delivery }) => delivery.state === 'accepted'),
      'the answer',
    )
    return { conversation, contactId: conversation.meta.sender.id, bystander }
  }

  /** What no download can be asked for here: a picture in a message, and its file. */
  const attach = async (): Promise<void> => {
    await system[Symbol.asyncDispose]()
    await using database = await openEmbedded({ dir: dataDir, onError: () => {} })
    const { rows } = await sql<{ id: number; account: number }>`
      insert into attachments (account_id, message_id, position, file_type, media_state, content_type, byte_size, digest)
      select account_id, id, 0, 'image', 'stored', 'image/png', 20, 'x' from messages where content = ${canary.text} returning id, account_id as account`.execute(
      database.kysely,
    )
    const [made] = rows
    await createDiskStore(`${dataDir}/media`).put(
      `${made?.account ?? 0}/attachments/${made?.id ?? 0}`,
      Readable.from([Buffer.from(canary.picture)]),
    )
    expect(await tablesWith(database.kysely, [canary.name, canary.text, canary.id])).toEqual(
      expect.arrayContaining([
        'public.contact_inboxes',
        'public.contacts',
        'public.intake_bodies',
        'public.intake_events',
        'public.messages',
      ]),
    )
  }

  test('leaves nothing in any column of any table and in no file, and others untouched; before that all of it could be taken along', {
    timeout: patience,
  }, async () => {
    const account = system.tenant.accountId
    const { conversation, contactId } = await talk()
    const { token } = system.tenant
    await attach()
    const again = await startSystem({ env: { DATA_DIR: dataDir } })
    system = { ...again, tenant: { ...again.tenant, accountId: account, token } }

    const file = `${home}/export.json`
    const exported = await cli('contact', 'export', String(contactId), file, '--account', String(account))
    expect(exported).toMatchObject({ code: 0, err: '' })
    expect(statSync(file).mode & 0o777).toBe(0o600)
    const whole = JSON.parse(readFileSync(file, 'utf8'))
    expect(whole).toMatchObject({ contact: { id: contactId, name: canary.name }, conversations: [{ id: conversation.id }] })
    const messages: { content: string; attachments: { data: string | null }[] }[] = whole.conversations[0].messages
    expect(messages.map(({ content }) => content)).toEqual([
      canary.text,
      `${canary.text} again`,
      `to the ${canary.text}`,
      `about ${canary.text}`,
    ])
    const [picture] = messages[0]?.attachments ?? []
    expect(Buffer.from(picture?.data?.split(',')[1] ?? '', 'base64').toString()).toBe(canary.picture)

    const refused = await cli('contact', 'erase', String(contactId), '--account', String(account))
    expect(refused).toMatchObject({ code: 2, err: expect.stringContaining('say --yes') })
    const erased = await cli('contact', 'erase', String(contactId), '--account', String(account), '--yes')
    expect(erased).toEqual({ code: 0, err: '', out: `Contact ${contactId} and everything about them is deleted.\n` })
    const gone = await cli('contact', 'export', String(contactId), `${file}-2`, '--account', String(account))
    expect(gone).toMatchObject({ code: 1, err: expect.stringContaining('no such contact') })
    expect(existsSync(`${file}-2`)).toBe(false)
    await system[Symbol.asyncDispose]()

    await using database = await openEmbedded({ dir: dataDir, onError: () => {} })
    expect(await tablesWith(database.kysely, [canary.name, canary.text, canary.id, 'Zebulon'])).toEqual([])
    const { rows } = await sql<{ content: string }>`select content from messages where content like '%bystander'`.execute(database.kysely)
    expect(rows).toEqual([{ content: 'from the bystander' }])
    expect(await tablesWith(database.kysely, ['from the bystander'])).toEqual(
      expect.arrayContaining(['public.intake_bodies', 'public.intake_events', 'public.message_parts', 'public.messages']),
    )
    await database[Symbol.asyncDispose]()
    expect(filesWith(dataDir, [canary.picture, canary.name, canary.text, canary.id])).toEqual([])
  })
})
