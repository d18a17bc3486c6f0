import { sql } from 'kysely'
import { describe, expect, test } from 'vitest'
import { freshPostgresUrl } from '../support/databases.ts'
import { connect, connectedBusiness, eventually, listInboxes, startSystem } from '../support/system.ts'
import { openTokens } from '../support/tokens.ts'

const day = 86_400_000

describe('the token of an inbox', () => {
  test('is refreshed by itself, says what goes wrong, and asks for a person only at its end', async () => {
    await using database = await freshPostgresUrl()
    const lines: string[] = []
    await using system = await startSystem({ databaseUrl: database.url, onLog: (_, event) => lines.push(event) })
    await using tokens = await openTokens(database.url)
    const { business, inbox } = await connectedBusiness(system)
    const calls = async () => (await system.instagram.requests({ host: 'graph', path: '/refresh_access_token' })).length
    const standing = (isThere: (connection: typeof inbox.connection) => boolean) =>
      eventually(async () => {
        const found = (await listInboxes(system)).find(({ id }) => id === inbox.id)?.connection
        return found && isThere(found) && found
      })
    expect(inbox.connection).toMatchObject({ state: 'connected', last_refreshed_at: null })
    const first = inbox.connection.token_expires_at ?? 0

    await system.instagram.advance(2 * day)
    await tokens.age(inbox.id, 31)
    const error = { message: 'Try later', type: 'OAuthException', code: 2, is_transient: true }
    const fault = await system.instagram.addFault({
      match: { host: 'graph', path: '/refresh_access_token$' },
      do: { status: 500, body: { error } },
    })
    await tokens.refreshDue()
    const failing = await standing(({ state }) => state === 'refresh_failing')
    expect(failing).toMatchObject({ last_refreshed_at: null, last_error: expect.stringContaining('tried again until it expires') })
    expect(failing.token_expires_at).toBe(first - (31 * day) / 1000)
    expect(await calls()).toBe(1)

    await system.instagram.removeFault(fault.id)
    await tokens.hurry(inbox.id)
    await tokens.refreshDue()
    const refreshed = await standing(({ last_refreshed_at }) => last_refreshed_at !== null)
    expect(refreshed).toMatchObject({ state: 'connected' })
    expect(refreshed).not.toHaveProperty('last_error')
    expect((refreshed.token_expires_at ?? 0) * 1000 - Date.now()).toBeGreaterThan(59 * day)
    expect(await calls()).toBe(2)

    await tokens.age(inbox.id, 61)
    await tokens.refreshDue()
    const ended = await standing(({ state }) => state === 'reauthorization_required')
    expect(ended.last_error).toContain('has expired')
    await eventually(async () => lines.includes('credential.ended'))
    expect(await calls()).toBe(2)
    await connect(system, business.user_id)
    await standing(({ state }) => state === 'connected')

    const { rows } = await sql<{ name: string; state: { previous_value: string; current_value: string } }>`
      select name, payload #> '{changed_attributes,0,connection_state}' as state from business_events order by id`.execute(tokens.kysely)
    expect(rows.map(({ name, state }) => `${name}: ${state.previous_value} > ${state.current_value}`)).toEqual([
      'inbox_updated: connected > refresh_failing',
      'inbox_updated: refresh_failing > connected',
      'inbox_updated: connected > reauthorization_required',
      'inbox_updated: reauthorization_required > connected',
    ])
    const told = lines.filter((event) => event.startsWith('credential.'))
    expect(told).toEqual(['credential.refresh_failing', 'credential.refreshed', 'credential.ended'])
  })
})
