import { readdirSync } from 'node:fs'
import { sql } from 'kysely'
import { describe, expect, test } from 'vitest'
import { createAccessTokens } from '#adapters/crypto/access-tokens.ts'
import { createIds } from '#adapters/crypto/uuid-v7.ts'
import { createVault, type VaultKey } from '#adapters/crypto/vault.ts'
import { createWebhookSigner } from '#adapters/crypto/webhook-signer.ts'
import { type Database, openPostgres } from '#adapters/postgres/database.ts'
import { openPglite } from '#adapters/postgres/pglite.ts'
import { createUnitOfWork } from '#adapters/postgres/unit-of-work.ts'
import { inOne } from '#application/in-one.ts'
import { createRevealSecrets } from '#application/inboxes/reveal-secrets.ts'
import { createRotateKeys } from '#application/installation/rotate-keys.ts'
import type { DueCredential } from '#application/ports/credentials.ts'
import type { DueGapFill } from '#application/ports/gap-fills.ts'
import type { Tx } from '#application/ports/unit-of-work.ts'
import type { Vault } from '#application/ports/vault.ts'
import { migrate } from '../../db/migrate.ts'
import { emptyPostgresUrl, testServers } from '../support/databases.ts'
import { lockWaits } from '../support/overlapping.ts'

/** Brings an empty database to what it was before this migration. */
const migrateBefore = async (number: string, database: Database): Promise<Database> => {
  const only = new Set(readdirSync('db/migrations').filter((name) => name < number))
  await migrate(database, { only, queues: {} })
  return database
}

const openBefore = async (number: string): Promise<Database> => migrateBefore(number, await openPglite({ onError: console.error }))

test('pictures and attachments from before we kept files are due, stories and links are what they are', async () => {
  await using database = await openBefore('0013')
  const { kysely } = database
  await sql`insert into accounts (id, name, created_at) values (1, 'Shop', now())`.execute(kysely)
  await sql`insert into contacts (account_id, name, avatar_url, created_at)
    values (1, 'Ada', 'https://cdn/ada.jpg', now()), (1, 'Bea', null, now())`.execute(kysely)
  await sql`insert into inboxes (id, account_id, channel, name, created_at) values (1, 1, 'api', 'Shop', now())`.execute(kysely)
  await sql`insert into contact_inboxes (id, account_id, contact_id, inbox_id, source_id, created_at) values (1, 1, 1, 1, 'ada', now())`.execute(
    kysely,
  )
  await sql`insert into conversations (id, account_id, inbox_id, contact_id, contact_inbox_id, display_id, uuid, status, last_activity_at, created_at)
    values (1, 1, 1, 1, 1, 1, gen_random_uuid(), 'open', now(), now())`.execute(kysely)
  await sql`insert into messages (id, account_id, inbox_id, conversation_id, message_type, status, author, created_at)
    values (1, 1, 1, 1, 'incoming', 'sent', 'contact', now())`.execute(kysely)
  await sql`insert into attachments (account_id, message_id, position, file_type, external_url, media_state) values
    (1, 1, 0, 'image', 'https://cdn/1.jpg', 'pending'), (1, 1, 1, 'story_mention', 'https://cdn/2.jpg', 'pending'),
    (1, 1, 2, 'fallback', 'https://shop', 'pending'), (1, 1, 3, 'image', null, 'withheld')`.execute(kysely)
  await migrate(database)
  const states = await sql`select media_state as state, due_at is not null as due from attachments order by position`.execute(kysely)
  expect(states.rows.map((row) => Object.values(row as object))).toEqual([
    ['pending', true],
    ['pending', true],
    ['withheld', false],
    ['withheld', false],
  ])
  const avatars = await sql`select contact_id, external_url, media_state, due_at is not null as due from avatars`.execute(kysely)
  expect(avatars.rows.map((row) => Object.values(row as object))).toEqual([[1, 'https://cdn/ada.jpg', 'pending', true]])
})

test('secrets of inboxes from before they had a place of their own open, and are resealed', async () => {
  await using database = await openBefore('0023')
  const { kysely } = database
  const [oldKey, newKey] = [1, 2].map((n) => ({ id: `k${n}`, secret: new Uint8Array(32).fill(n) })) as [VaultKey, VaultKey]
  const before = createVault({ keys: [oldKey] })
  const webhook = await before.seal('whsec_x', 'webhook:api:identifier-1')
  const hmac = await before.seal('the-secret', 'hmac-token:7')
  await sql`insert into accounts (id, name, created_at) values (1, 'Shop', now())`.execute(kysely)
  await sql`insert into inboxes (id, account_id, channel, name, created_at, webhook_secret, sealed_hmac_token) values
    (7, 1, 'api', 'Bridge', now(), ${webhook}, ${hmac}), (8, 1, 'api', 'Unseen', now(), null, null)`.execute(kysely)
  await sql`insert into connections (inbox_id, account_id, channel, channel_key, provider_name, state, connected_at) values
    (7, 1, 'api', 'identifier-1', 'Bridge', 'connected', now()), (8, 1, 'api', 'identifier-2', 'Unseen', 'connected', now())`.execute(
    kysely,
  )
  await migrate(database)
  const rows = await sql`select inbox_id, kind, sealed from inbox_secrets order by kind desc`.execute(kysely)
  expect(rows.rows.map((row) => Object.values(row as object))).toEqual([
    [7, 'webhook', webhook],
    [7, 'hmac', hmac],
  ])

  const unitOfWork = createUnitOfWork({ database, ids: createIds() })
  const makers = { accessTokens: createAccessTokens(), webhookSigner: createWebhookSigner() }
  const reveal = async (vault: Vault) =>
    (await createRevealSecrets({ ...makers, unitOfWork, vault })([{ accountId: 1, inboxId: 7 }])).get(7)
  expect(await reveal(before)).toEqual({ webhook: 'whsec_x', hmac: 'the-secret' })
  const both = createVault({ keys: [newKey, oldKey] })
  expect(await createRotateKeys({ unitOfWork, vault: both })()).toMatchObject({ secrets: 2, unreadable: 0 })
  expect(await reveal(createVault({ keys: [newKey] }))).toEqual({ webhook: 'whsec_x', hmac: 'the-secret' })
})

test('what earlier migrations made due between two milliseconds is found once', async () => {
  await using database = await openBefore('0024')
  const { kysely } = database
  const due = sql`'2026-05-01T12:00:00.123456Z'::timestamptz`
  await sql`insert into accounts (id, name, created_at) values (1, 'Shop', now())`.execute(kysely)
  await sql`insert into inboxes (id, account_id, channel, name, created_at) values (7, 1, 'instagram', 'A', now()), (8, 1, 'instagram', 'B', now())`.execute(
    kysely,
  )
  await sql`insert into connections (inbox_id, account_id, channel, channel_key, provider_name, state, connected_at)
    select id, 1, channel, name, name, 'connected', now() from inboxes`.execute(kysely)
  await sql`insert into credentials (inbox_id, account_id, sealed, issued_at, expires_at, refresh_at)
    select id, 1, 'sealed', now(), now(), ${due} from inboxes`.execute(kysely)
  await sql`insert into gap_fills (inbox_id, account_id, due_at) select id, 1, ${due} from inboxes`.execute(kysely)
  await migrate(database)

  const unitOfWork = createUnitOfWork({ database, ids: createIds() })
  const now = Date.UTC(2026, 4, 2)
  const pages = async <Found extends { readonly inboxId: number }>(next: (tx: Tx, last?: Found) => Promise<readonly Found[]>) => {
    const found: Found[] = []
    for (let n = 0; n < 3; n++) found.push(...(await inOne(unitOfWork, (tx) => next(tx, found.at(-1)))))
    return found.map(({ inboxId }) => inboxId)
  }
  expect(await pages((tx, last?: DueCredential) => tx.credentials.due(now, 1, last))).toEqual([7, 8])
  expect(await pages((tx, last?: DueGapFill) => tx.gapFills.due(['instagram'], now, 1, last))).toEqual([7, 8])
})

describe.each(testServers())('%s', (server) => {
  test('a secret of an inbox that somebody changes while they are to be moved is moved as it became', async () => {
    await using empty = await emptyPostgresUrl(server)
    await using database = openPostgres({ url: empty.url, poolSize: 4, onError: () => {} })
    const { kysely } = await migrateBefore('0023', database)
    await sql`insert into accounts (id, name, created_at) values (1, 'Shop', now())`.execute(kysely)
    await sql`insert into inboxes (id, account_id, channel, name, created_at, webhook_secret)
      values (7, 1, 'api', 'Bridge', now(), 'old')`.execute(kysely)
    const [hasRead, mayGoOn] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
    const change = kysely.transaction().execute(async (trx) => {
      await sql`select webhook_secret from inboxes where id = 7`.execute(trx)
      hasRead.resolve()
      await mayGoOn.promise
      await sql`update inboxes set webhook_secret = 'new' where id = 7`.execute(trx)
    })
    await Promise.race([hasRead.promise, change])
    const migrated = migrate(database)
    await Promise.race([lockWaits(database, 1), migrated]).finally(mayGoOn.resolve)
    await Promise.all([change, migrated])
    const { rows } = await sql`select inbox_id, kind, sealed from inbox_secrets`.execute(kysely)
    expect(rows).toEqual([{ inbox_id: 7, kind: 'webhook', sealed: 'new' }])
  })
})
