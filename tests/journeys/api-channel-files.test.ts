import { globSync } from 'node:fs'
import { expect, onTestFinished, test } from 'vitest'
import { freshPostgresUrl } from '../support/databases.ts'
import { type ConversationJson, eventually, fetchOurs, listMessages, type MessageJson, startSystem } from '../support/system.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const png = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==', 'base64')
const pdf = Buffer.from('%PDF-1.4\n1 0 obj << >> endobj\ntrailer << >>\n%%EOF\n')

/** A shop with an inbox of its own software, in which two people are known, one of them with a conversation. */
const begin = async () => {
  const folder = temporaryFolder()
  onTestFinished(() => folder[Symbol.dispose]())
  const database = await freshPostgresUrl()
  onTestFinished(() => database[Symbol.asyncDispose]())
  const system = await startSystem({ databaseUrl: database.url, env: { DATA_DIR: folder.path } })
  onTestFinished(() => system[Symbol.asyncDispose]())
  const { api, tenant } = system
  const inbox = await api<{ id: number }>('POST', '/inboxes', { name: 'Our app', channel: { type: 'api' } })
  const meet = async (name: string) => {
    const made = await api<{ payload: { contact: { id: number } } }>('POST', '/contacts', { inbox_id: inbox.id, name })
    return made.payload.contact.id
  }
  const [mia, bo] = [await meet('Mia'), await meet('Bo')]
  const conversation = await api<ConversationJson>('POST', '/conversations', { inbox_id: inbox.id, contact_id: mia })
  const bring = async (form: FormData, id: number | string = conversation.id, headers: Record<string, string> = {}) => {
    const url = `${system.url}/api/v1/accounts/${tenant.accountId}/conversations/${id}/messages`
    form.set('message_type', 'incoming')
    const answer = await fetch(url, { method: 'POST', headers: { api_access_token: tenant.token, ...headers }, body: form })
    const json: MessageJson & { readonly code?: string } = await answer.json()
    return { status: answer.status, json, replayed: answer.headers.get('idempotent-replayed') }
  }
  const files = () => globSync('media/*/attachments/*', { cwd: folder.path })
  return { system, api, mia, bo, conversation, bring, files }
}

const formOf = (content: string, ...files: File[]): FormData => {
  const form = new FormData()
  if (content !== '') form.set('content', content)
  for (const file of files) form.append('attachments[]', file)
  return form
}

const picture = new File([png], 'photo', { type: 'text/plain' })
const paper = new File([pdf], 'contract.pdf', { type: 'application/pdf' })

test('what a customer wrote comes with its files, which are shown, exported, kept by a merge, and gone with the person', async () => {
  const { system, api, mia, bo, conversation, bring, files } = await begin()
  const brought = await bring(formOf('Here they are.', picture, paper))
  expect(brought.status).toBe(200)
  const [first, second] = brought.json.attachments ?? []
  expect(brought.json).toMatchObject({ message_type: 0, content: 'Here they are.', delivery: { state: 'received' } })
  expect(first).toMatchObject({ file_type: 'image', content_type: 'image/png', media_state: 'stored', fallback_title: 'photo' })
  expect(second).toMatchObject({ file_type: 'file', content_type: 'application/pdf', media_state: 'stored', file_size: pdf.length })
  expect(await listMessages(system, conversation.id)).toMatchObject([{ id: brought.json.id, attachments: [first, second] }])
  for (const [attachment, bytes] of [
    [first, png],
    [second, pdf],
  ] as const)
    expect(Buffer.from(await (await fetchOurs(system, attachment?.data_url ?? '')).bytes()).equals(bytes)).toBe(true)

  await api('POST', '/actions/contact_merge', { base_contact_id: bo, mergee_contact_id: mia })
  const exported = JSON.stringify(await api('GET', `/contacts/${bo}/export`))
  for (const [type, bytes] of [
    ['image/png', png],
    ['application/pdf', pdf],
  ] as const)
    expect(exported).toContain(`data:${type};base64,${bytes.toString('base64')}`)
  expect(files()).toHaveLength(2)

  const url = `${system.url}/api/v1/accounts/${system.tenant.accountId}/contacts/${bo}`
  expect((await fetch(url, { method: 'DELETE', headers: { api_access_token: system.tenant.token } })).status).toBe(200)
  expect((await fetchOurs(system, first?.data_url ?? '')).status).toBe(404)
  await eventually(async () => files().length === 0, 'the files to be gone')
})

test('a request that is repeated makes one message with its files; one that is refused leaves none', async () => {
  const { system, conversation, bring, files } = await begin()
  const key = { 'idempotency-key': 'brought-1' }
  const answers = [
    await bring(formOf('', picture, paper), conversation.id, key),
    await bring(formOf('', picture, paper), conversation.id, key),
    await bring(formOf('', picture), conversation.id, key),
  ]
  expect(answers.map(({ status, replayed }) => [status, replayed])).toEqual([
    [200, null],
    [200, 'true'],
    [422, null],
  ])
  expect([answers[1]?.json, answers[2]?.json.code]).toEqual([answers[0]?.json, 'idempotency_key.reused'])
  expect((await bring(formOf('x', picture), 987)).json.code).toBe('conversation.unknown')
  expect((await bring(formOf('x'.repeat(150_001), picture))).json.code).toBe('message.too_long')
  expect((await bring(formOf('x', new File([], 'empty.txt')))).json.code).toBe('attachment.empty')
  expect(await listMessages(system, conversation.id)).toHaveLength(1)
  expect(files()).toHaveLength(2)
})
