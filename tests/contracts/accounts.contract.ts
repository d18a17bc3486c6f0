import { expect, test } from 'vitest'
import type { Tx } from '#application/ports/unit-of-work.ts'
import { commit, fresh, noon, openOffice } from './scenario.ts'
import { type OpenSubject, shared } from './subject.ts'

const digestOf = (text: string): Uint8Array => new TextEncoder().encode(text.padEnd(32, '.')).slice(0, 32)
const nobody = 987_654_321

export const accountsContract = (open: OpenSubject): void => {
  const subject = shared(open)
  const queries = () => subject().queries
  const run = <T>(work: (tx: Tx) => Promise<T>): Promise<T> => commit(subject().unitOfWork, work)

  test('an account begins active, with the locale given', async () => {
    const id = await run((tx) => tx.accounts.insertAccount({ name: 'Acme', locale: 'de', at: noon }))
    expect(await queries().account(id)).toEqual({ id, name: 'Acme', locale: 'de', status: 'active', customAttributes: {} })
    expect(await queries().account(nobody)).toBeUndefined()
  })

  test('a user who is there already is answered unchanged', async () => {
    const email = `${fresh('ada')}@example.com`
    const ensure = (name: string) => run((tx) => tx.accounts.ensureUser({ name, email, at: noon }))
    const id = await ensure('Ada')
    expect(await ensure('Somebody else')).toBe(id)
    expect(await queries().user(id)).toEqual({ id, name: 'Ada', email, customAttributes: {} })
    expect(await queries().user(nobody)).toBeUndefined()
  })

  test('20 who ensure the same user at once get one', async () => {
    const email = `${fresh('ada')}@example.com`
    const ensure = () => run((tx) => tx.accounts.ensureUser({ name: 'Ada', email, at: noon }))
    expect(new Set(await Promise.all(Array.from({ length: 20 }, ensure))).size).toBe(1)
  })

  test('a membership holds one role, and needs both sides', async () => {
    const { accountId, userId } = await openOffice(subject())
    const set = (member: { accountId: number; userId: number; role: 'agent' | 'administrator' }) =>
      run((tx) => tx.accounts.setMembership({ ...member, at: noon }))
    const digest = digestOf(fresh('token'))
    await run((tx) => tx.accounts.addToken({ userId }, digest, noon))
    const roles = async () => Object.entries((await queries().actorByToken(digest)) ?? {}).find(([key]) => key === 'roles')?.[1]
    expect(await roles()).toEqual({})
    expect(await set({ accountId, userId, role: 'agent' })).toBe(true)
    expect(await set({ accountId, userId, role: 'administrator' })).toBe(true)
    const { accountId: second } = await openOffice(subject())
    expect(await set({ accountId: second, userId, role: 'agent' })).toBe(true)
    expect(await roles()).toEqual({ [accountId]: 'administrator', [second]: 'agent' })
    expect(await queries().accountUsers(accountId)).toEqual([expect.objectContaining({ id: userId, role: 'administrator' })])
    expect(await set({ accountId, userId: nobody, role: 'agent' })).toBe(false)
    expect(await set({ accountId: nobody, userId, role: 'agent' })).toBe(false)
  })

  test('a platform app is one by its name', async () => {
    const name = fresh('app')
    const ensure = () => run((tx) => tx.accounts.ensurePlatformApp({ name, at: noon }))
    expect(await ensure()).toBe(await ensure())
  })

  test('a token opens for its owner, added once or twice, until it is removed', async () => {
    const { userId } = await openOffice(subject())
    const digest = digestOf(fresh('token'))
    const add = () => run((tx) => tx.accounts.addToken({ userId }, digest, noon))
    expect(await queries().actorByToken(digest)).toBeUndefined()
    expect([await add(), await add()]).toEqual([true, true])
    expect(await queries().actorByToken(digest)).toEqual({ kind: 'user', userId, name: 'Ada', email: expect.any(String), roles: {} })
    await run((tx) => tx.accounts.removeTokens({ userId }))
    expect(await queries().actorByToken(digest)).toBeUndefined()
  })

  test('one token is removed, and the others of its owner stay', async () => {
    const { userId } = await openOffice(subject())
    const [gone, stays] = [digestOf(fresh('gone')), digestOf(fresh('stays'))]
    for (const digest of [gone, stays]) await run((tx) => tx.accounts.addToken({ userId }, digest, noon))
    for (let n = 0; n < 2; n++) await run((tx) => tx.accounts.removeToken(gone))
    expect(await queries().actorByToken(gone)).toBeUndefined()
    expect(await queries().actorByToken(stays)).toMatchObject({ userId })
  })

  test('a token of a platform app is not one of a user, and nobody owns none', async () => {
    const digest = digestOf(fresh('token'))
    const platformAppId = await run((tx) => tx.accounts.ensurePlatformApp({ name: fresh('app'), at: noon }))
    await run((tx) => tx.accounts.addToken({ platformAppId }, digest, noon))
    await run((tx) => tx.accounts.removeTokens({ userId: Number(platformAppId) }))
    expect(await queries().actorByToken(digest)).toEqual({ kind: 'platform_app', platformAppId })
    expect(await run((tx) => tx.accounts.addToken({ userId: nobody }, digestOf(fresh('token')), noon))).toBe(false)
    expect(await run((tx) => tx.accounts.addToken({ platformAppId: nobody }, digestOf(fresh('token')), noon))).toBe(false)
  })
}
