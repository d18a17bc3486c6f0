import { describe, expect, test } from 'vitest'
import { freshPostgresUrl } from '../support/databases.ts'
import { connectedBusiness, eventually, listConversations, listMessages, type MessageJson, startSystem } from '../support/system.ts'

const databases = [
  { name: 'embedded', open: async () => ({ url: undefined, async [Symbol.asyncDispose]() {} }) },
  { name: 'postgres18', open: () => freshPostgresUrl() },
]

describe.each(databases)('requests with a key on $name', ({ open }) => {
  test('make one message, however often and however much at once they are sent', async () => {
    await using database = await open()
    await using system = await startSystem(database.url === undefined ? {} : { databaseUrl: database.url })
    const { customer } = await connectedBusiness(system)
    await system.instagram.write(customer.igsid, { text: 'Open?' })
    const conversation = await eventually(async () => (await listConversations(system))[0])
    const { accountId, token } = system.tenant
    const post = async (key: string, content: string) => {
      const answer = await fetch(`${system.url}/api/v1/accounts/${accountId}/conversations/${conversation.id}/messages`, {
        method: 'POST',
        headers: { api_access_token: token, 'content-type': 'application/json', 'idempotency-key': key },
        body: JSON.stringify({ content }),
      })
      const json: MessageJson & { readonly code?: string } = await answer.json()
      return { status: answer.status, replayed: answer.headers.get('idempotent-replayed'), json }
    }

    const answers = await Promise.all(Array.from({ length: 20 }, () => post('one', 'Until six.')))
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]))
    expect(new Set(answers.map(({ json }) => json.id)).size).toBe(1)
    const [first, ...others] = answers.filter(({ replayed }) => replayed === null)
    expect(others).toEqual([])
    await eventually(async () => (await listMessages(system, conversation.id)).some((m) => m.delivery.state === 'accepted'))
    expect(await post('one', 'Until six.')).toEqual({ ...first, replayed: 'true' })
    expect(await post('one', 'Until seven.')).toMatchObject({ status: 422, json: { code: 'idempotency_key.reused' } })
    expect(await post('two', 'Until seven.')).toMatchObject({ status: 200, replayed: null })
    const outgoing = (await listMessages(system, conversation.id)).filter((m) => m.message_type === 1)
    expect(outgoing.map(({ content }) => content)).toEqual(['Until six.', 'Until seven.'])
    await eventually(async () => (await system.instagram.messages(customer.igsid)).filter((m) => m.text?.startsWith('Until')).length === 2)
  })
})
