import { expect, test } from 'vitest'
import { type SecretRef, secretKinds } from '#application/ports/inbox-secrets.ts'
import type { Tx } from '#application/ports/unit-of-work.ts'
import { commit, openOffice } from './scenario.ts'
import { type OpenSubject, shared } from './subject.ts'

export const inboxSecretsContract = (open: OpenSubject): void => {
  const subject = shared(open)
  const run = <T>(work: (tx: Tx) => Promise<T>): Promise<T> => commit(subject().unitOfWork, work)
  const keep = (secret: SecretRef, sealed: string) => run((tx) => tx.inboxSecrets.keep(secret, sealed))
  const replace = (secret: SecretRef, sealed: string) => run((tx) => tx.inboxSecrets.replace(secret, sealed))
  const read = async (secret: SecretRef) => (await run((tx) => tx.inboxSecrets.find([secret], [secret.kind])))[0]?.sealed

  test('they are found with what they are sealed to, also where there is none yet, and never for another account', async () => {
    const [{ accountId, inboxId, channelKey }, foreign] = [await openOffice(subject()), await openOffice(subject())]
    const inbox = { accountId, inboxId }
    await keep({ ...inbox, kind: 'webhook' }, 'sealed')
    const find = (...given: Parameters<Tx['inboxSecrets']['find']>) => run((tx) => tx.inboxSecrets.find(...given))
    const webhook = { ...inbox, kind: 'webhook', sealed: 'sealed', context: `webhook:instagram:${channelKey}` }
    const hmac = { ...inbox, kind: 'hmac', sealed: null, context: `hmac-token:${inboxId}` }
    const stranger = { accountId: foreign.accountId, inboxId }
    expect(await find([stranger, inbox, inbox], ['webhook'])).toEqual([webhook])
    const both = await find([inbox], secretKinds)
    expect(both).toHaveLength(2)
    expect(both).toEqual(expect.arrayContaining([webhook, hmac]))
    expect(await find([inbox, { accountId: foreign.accountId, inboxId: foreign.inboxId }], ['hmac'])).toHaveLength(2)
    expect([await find([stranger], secretKinds), await find([], secretKinds), await find([inbox], [])]).toEqual([[], [], []])
    expect(JSON.stringify(await subject().queries.inbox(accountId, inboxId))).not.toContain('sealed')
  })

  test.each(secretKinds)('one of %s is kept, whoever made one first, and apart from the other kind', async (kind) => {
    const [{ accountId, inboxId }, foreign] = [await openOffice(subject()), await openOffice(subject())]
    const secret = { accountId, inboxId, kind }
    const stranger = { ...secret, accountId: foreign.accountId }
    expect([await read(secret), await keep(stranger, 'foreign'), await read(secret)]).toEqual([null, undefined, null])
    const kept = await Promise.all(Array.from({ length: 5 }, (_, n) => keep(secret, `sealed ${n}`)))
    expect(new Set(kept).size).toBe(1)
    expect(await read(secret)).toBe(kept[0])
    expect(await read({ ...secret, kind: kind === 'hmac' ? 'webhook' : 'hmac' })).toBeNull()
  })

  test.each(secretKinds)('one of %s is replaced, whatever stood there, by its own account', async (kind) => {
    const [{ accountId, inboxId }, foreign] = [await openOffice(subject()), await openOffice(subject())]
    const secret = { accountId, inboxId, kind }
    await replace(secret, 'first')
    await replace({ ...secret, accountId: foreign.accountId }, 'foreign')
    expect(await read(secret)).toBe('first')
    await replace(secret, 'another')
    expect([await read(secret), await keep(secret, 'late')]).toEqual(['another', 'another'])
  })
}
