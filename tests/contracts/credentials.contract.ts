import { expect, test } from 'vitest'
import type { InboxRef, SealedCredential, TokenRef } from '#application/ports/credentials.ts'
import type { Tx } from '#application/ports/unit-of-work.ts'
import { days, hours, minutes } from '#domain/shared/instant.ts'
import { commit, noon, openOffice } from './scenario.ts'
import { type OpenSubject, shared } from './subject.ts'

const due = noon + days(30)
const lease = minutes(2)

const token = (sealed: string, changes: Partial<SealedCredential> = {}): SealedCredential => ({
  ...{ sealed, issuedAt: noon, expiresAt: noon + days(60), refreshAt: due, failures: 0, warnedDays: null },
  ...changes,
})

export const credentialsContract = (open: OpenSubject): void => {
  const subject = shared(open)
  const run = <T>(work: (tx: Tx) => Promise<T>): Promise<T> => commit(subject().unitOfWork, work)

  /** An inbox with a token. */
  const connected = async (credential = token('first')): Promise<TokenRef> => {
    const { accountId, inboxId } = await openOffice(subject())
    await run((tx) => tx.credentials.save({ accountId, inboxId }, credential))
    return { accountId, inboxId, issuedAt: credential.issuedAt }
  }
  const connection = async ({ accountId, inboxId }: TokenRef) => (await subject().queries.inbox(accountId, inboxId))?.connection
  const find = (...of: InboxRef[]) => run((tx) => tx.credentials.findAll(of))
  const claim = (of: TokenRef, now: number) => run((tx) => tx.credentials.claim(of, now, now + lease))
  /** Those of `tokens` that are due, in their order. */
  const dueOf = async (now: number, tokens: readonly TokenRef[], limit = 10_000) =>
    (await run((tx) => tx.credentials.due(now, limit))).map(({ inboxId }) => inboxId).filter((id) => tokens.some((t) => t.inboxId === id))

  test('an inbox has one token, of its own account only', async () => {
    const inbox = await connected()
    const other = await openOffice(subject())
    await run((tx) => tx.credentials.save({ ...inbox, accountId: other.accountId }, token('foreign')))
    expect(await find({ ...inbox, accountId: other.accountId })).toEqual([])
    expect(await find(inbox, inbox)).toEqual([{ ...inbox, sealed: 'first', expiresAt: noon + days(60) }])
    await run((tx) => tx.credentials.save(inbox, token('second', { issuedAt: noon + 1 })))
    expect(await find(inbox)).toEqual([{ ...inbox, sealed: 'second', issuedAt: noon + 1, expiresAt: noon + days(60) }])
    const another = await connected()
    expect((await find(another, inbox)).map(({ inboxId }) => inboxId).toSorted()).toEqual([inbox.inboxId, another.inboxId].toSorted())
    expect(await run((tx) => tx.credentials.claim({ ...inbox, accountId: other.accountId }, due, due + lease))).toBeUndefined()
  })

  test('tokens are due from their time on, longest due first, page by page', async () => {
    const [late, early, twin] = [
      await connected(token('late', { refreshAt: due + 5 })),
      await connected(token('early', { refreshAt: due - 5 })),
      await connected(token('twin', { refreshAt: due - 5 })),
    ]
    const all = [late, early, twin]
    expect(await dueOf(due - 6, all)).toEqual([])
    expect(await dueOf(due, all)).toEqual([early.inboxId, twin.inboxId])
    expect(await dueOf(due + 5, all)).toEqual([early.inboxId, twin.inboxId, late.inboxId])
    const pages: number[] = []
    for (let after: Parameters<Tx['credentials']['due']>[2]; ; ) {
      const [next] = await run((tx) => tx.credentials.due(due + 5, 1, after))
      if (!next) break
      pages.push(next.inboxId)
      after = next
    }
    expect(pages.filter((id) => all.some(({ inboxId }) => inboxId === id))).toEqual([early.inboxId, twin.inboxId, late.inboxId])
  })

  test('a due token is claimed by one, until the claim is over', async () => {
    const inbox = await connected()
    expect(await claim(inbox, due - 1)).toBeUndefined()
    expect(await claim(inbox, due)).toEqual(token('first'))
    expect(await claim(inbox, due + 1)).toBeUndefined()
    expect(await dueOf(due + 1, [inbox])).toEqual([])
    expect(await dueOf(due + lease, [inbox])).toEqual([inbox.inboxId])
    expect(await claim(inbox, due + lease)).toEqual(token('first'))
  })

  test('of many who claim at once one succeeds', async () => {
    const inbox = await connected()
    const claims = await Promise.all(Array.from({ length: 8 }, () => claim(inbox, due)))
    expect(claims.filter((claimed) => claimed !== undefined)).toHaveLength(1)
  })

  test('a refreshed token takes the place of the one that was refreshed, and of no other', async () => {
    const inbox = await connected()
    await claim(inbox, due)
    const fresh = token('fresh', { issuedAt: due, expiresAt: due + days(60), refreshAt: due + days(30) })
    expect(await run((tx) => tx.credentials.renew(inbox, fresh, due + 9))).toBe(true)
    expect(await connection(inbox)).toMatchObject({ tokenExpiresAt: due + days(60), lastRefreshedAt: due + 9, lastError: null })
    expect(await run((tx) => tx.credentials.renew(inbox, token('late'), due + 10))).toBe(false)
    expect(await run((tx) => tx.credentials.putBack(inbox, { refreshAt: due, failures: 9, warnedDays: null }, 'late'))).toBe(false)
    expect(await run((tx) => tx.credentials.retire(inbox))).toBe(false)
    expect(await find(inbox)).toMatchObject([{ sealed: 'fresh', issuedAt: due, expiresAt: due + days(60) }])
    expect(await claim({ ...inbox, issuedAt: due }, due + days(30))).toEqual(fresh)
  })

  test('one that could not be refreshed is free again at its time, and says why until it is refreshed', async () => {
    const inbox = await connected()
    await claim(inbox, due)
    expect(await run((tx) => tx.credentials.putBack(inbox, { refreshAt: due + hours(1), failures: 1, warnedDays: 7 }, 'It is down.'))).toBe(
      true,
    )
    expect(await connection(inbox)).toMatchObject({ lastError: 'It is down.', lastRefreshedAt: null })
    expect(await claim(inbox, due + hours(1) - 1)).toBeUndefined()
    expect(await claim(inbox, due + hours(1))).toEqual(token('first', { refreshAt: due + hours(1), failures: 1, warnedDays: 7 }))
    await run((tx) => tx.credentials.putBack(inbox, { refreshAt: due + hours(2), failures: 1, warnedDays: 3 }))
    expect(await connection(inbox)).toMatchObject({ lastError: 'It is down.' })
    await run((tx) => tx.credentials.renew(inbox, token('fresh', { issuedAt: due }), due))
    expect(await connection(inbox)).toMatchObject({ lastError: null })
    expect(await claim({ ...inbox, issuedAt: due }, due)).toMatchObject({ warnedDays: null })
  })

  test('one is looked at when somebody says so, by its own account only, over or not', async () => {
    const inbox = await connected()
    const other = await openOffice(subject())
    await run((tx) => tx.credentials.lookAt({ ...inbox, accountId: other.accountId }, noon))
    expect(await dueOf(due - 1, [inbox])).toEqual([])
    await run((tx) => tx.credentials.lookAt(inbox, due + hours(5)))
    expect([await dueOf(due + 1, [inbox]), await dueOf(due + hours(5), [inbox])]).toEqual([[], [inbox.inboxId]])
    await run((tx) => tx.credentials.retire(inbox))
    await run((tx) => tx.credentials.lookAt(inbox, due))
    expect(await claim(inbox, due)).toEqual(token('first'))
    await run((tx) => tx.credentials.lookAt(other, due))
  })

  test('one that is over is never due, until the inbox is connected again', async () => {
    const inbox = await connected()
    expect(await run((tx) => tx.credentials.retire(inbox))).toBe(true)
    expect(await claim(inbox, due + days(90))).toBeUndefined()
    expect(await dueOf(due + days(90), [inbox])).toEqual([])
    await run((tx) => tx.credentials.save(inbox, token('again')))
    expect(await connection(inbox)).toMatchObject({ lastRefreshedAt: null, lastError: null })
    expect(await claim(inbox, due)).toEqual(token('again'))
  })
}
