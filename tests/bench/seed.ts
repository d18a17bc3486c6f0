import { sql } from 'kysely'
import { createIds } from '#adapters/crypto/uuid-v7.ts'
import { createVault } from '#adapters/crypto/vault.ts'
import type { Database } from '#adapters/postgres/database.ts'
import { createUnitOfWork } from '#adapters/postgres/unit-of-work.ts'
import { credentialContext } from '#application/ports/credentials.ts'
import type { Tx } from '#application/ports/unit-of-work.ts'
import { parseEncryptionKeys } from '#composition/encryption-keys.ts'
import { issued, refreshKey } from '#domain/inbox/credential.ts'
import { ok } from '#domain/shared/result.ts'
import { migrate } from '../../db/migrate.ts'
import { inboxCount, inboxKey, knownContacts } from './load/traffic.ts'

export const encryptionKeys = `bench:${Buffer.alloc(32, 7).toString('base64')}`

/** The tenant whose customers write. */
export interface Tenant {
  readonly accountId: number
  readonly userId: number
}

const month = 30 * 86_400_000

const addInbox = async (tx: Tx, { accountId, userId }: Tenant, n: number, sealed: string): Promise<void> => {
  const [at, channelKey] = [Date.now(), inboxKey(n)]
  const details = {
    alternateKey: null,
    providerName: `shop ${n}`,
    accountType: 'BUSINESS',
    permissions: [],
    connectedBy: userId,
    connectedAt: at,
  }
  const inboxId = await tx.inboxes.insert({ accountId, name: `Shop ${n}`, at, channel: 'instagram', channelKey }, details)
  if (inboxId === undefined) throw new Error('This database is not new.')
  await tx.credentials.save({ accountId, inboxId }, { sealed, ...issued({ issuedAt: at, expiresAt: at + 2 * month }, refreshKey(inboxId)) })
}

const addContacts = (accountId: number) => sql`
  with known as (
    select n, nextval(pg_get_serial_sequence('contacts', 'id')) as contact_id, '662000000' || lpad(n::text, 6, '0') as source_id, c.inbox_id
    from generate_series(0, ${knownContacts - 1}::int) n
    join connections c on c.channel_key = '1784140000000' || lpad((n % ${inboxCount}::int)::text, 4, '0')
  ),
  identities as (
    insert into contact_inboxes (account_id, contact_id, inbox_id, source_id, profile, profile_checked_at, created_at)
    select ${accountId}::bigint, contact_id, inbox_id, source_id, 'known', now(), now() from known
  )
  insert into contacts (id, account_id, name, created_at) select contact_id, ${accountId}::bigint, 'Customer ' || n, now() from known`

/** A migrated database with one account, its inboxes, and contacts whose profiles are known. */
export const seed = async (database: Database): Promise<Tenant> => {
  await migrate(database)
  const keys = parseEncryptionKeys(encryptionKeys)
  const vault = createVault({ keys: keys.ok ? keys.value : [] })
  const unitOfWork = createUnitOfWork({ database, ids: createIds() })
  const sealed = await Promise.all(
    Array.from({ length: inboxCount }, (_, n) => vault.seal('the-token', credentialContext('instagram', inboxKey(n)))),
  )
  const tenant = await unitOfWork.run(async (tx) => {
    const accountId = await tx.accounts.insertAccount({ name: 'Bench', locale: 'en', at: Date.now() })
    const userId = await tx.accounts.ensureUser({ name: 'Ben', email: 'ben@bench.example', at: Date.now() })
    await tx.accounts.setMembership({ accountId, userId, role: 'administrator', at: Date.now() })
    for (const [n, token] of sealed.entries()) await addInbox(tx, { accountId, userId }, n, token)
    return ok({ accountId, userId })
  })
  if (!tenant.ok) throw new Error('cannot happen: the work answers ok')
  await addContacts(tenant.value.accountId).execute(database.kysely)
  return tenant.value
}
