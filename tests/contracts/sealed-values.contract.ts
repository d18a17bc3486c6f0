import { expect, test } from 'vitest'
import type { SealedValue } from '#application/ports/sealed-values.ts'
import type { Tx } from '#application/ports/unit-of-work.ts'
import { days } from '#domain/shared/instant.ts'
import { commit, fresh, noon, openOffice } from './scenario.ts'
import { type OpenSubject, shared } from './subject.ts'

const life = { issuedAt: noon, expiresAt: noon + days(60), refreshAt: noon + days(30), failures: 2, warnedDays: null }

export const sealedValuesContract = (open: OpenSubject): void => {
  const subject = shared(open)
  const run = <T>(work: (tx: Tx) => Promise<T>): Promise<T> => commit(subject().unitOfWork, work)

  const withToken = async (sealed: string) => {
    const office = await openOffice(subject())
    await run((tx) => tx.credentials.save(office, { sealed, ...life }))
    return office
  }

  test('tokens come page by page, with what they are sealed to', async () => {
    const [first, , third] = [await withToken('one'), await openOffice(subject()), await withToken('three')]
    const page = (after: number, limit: number) => run((tx) => tx.sealedValues.credentials(after, limit))
    const value = ({ accountId, inboxId, channelKey }: typeof first, sealed: string): SealedValue => ({
      of: { kind: 'credential', accountId, inboxId },
      context: `credential:instagram:${channelKey}`,
      sealed,
    })
    expect(await page(first.inboxId - 1, 1)).toEqual([value(first, 'one')])
    expect(await page(first.inboxId - 1, 2)).toEqual([value(first, 'one'), value(third, 'three')])
    expect(await page(third.inboxId, 9)).toEqual([])
  })

  test('a token is replaced where it is the same, and keeps its age', async () => {
    const office = await withToken('before')
    const other = await openOffice(subject())
    const [value] = await run((tx) => tx.sealedValues.credentials(office.inboxId - 1, 1))
    const foreign = { ...value!, of: { kind: 'credential', accountId: other.accountId, inboxId: office.inboxId } } as const
    expect(await run((tx) => tx.sealedValues.replace({ ...value!, sealed: 'another' }, 'no'))).toBe(false)
    expect(await run((tx) => tx.sealedValues.replace(foreign, 'no'))).toBe(false)
    expect(await run((tx) => tx.sealedValues.replace(value!, 'after'))).toBe(true)
    const { accountId, inboxId } = office
    const claimed = await run((tx) => tx.credentials.claim({ accountId, inboxId }, life.refreshAt, life.refreshAt + 1))
    expect(claimed).toEqual({ sealed: 'after', ...life })
    expect(await run((tx) => tx.sealedValues.replace({ ...value!, sealed: 'after' }, 'again'))).toBe(true)
    expect(await run((tx) => tx.credentials.renew({ accountId, inboxId, issuedAt: noon }, { sealed: 'new', ...life }, noon))).toBe(true)
  })

  test('secrets of inboxes come page by page, and are replaced where they are the same', async () => {
    const [first, , third] = [await openOffice(subject()), await openOffice(subject()), await openOffice(subject())]
    for (const { accountId, inboxId } of [first, third]) await run((tx) => tx.inboxes.keepHmacToken(accountId, inboxId, `of ${inboxId}`))
    const page = (after: number, limit: number) => run((tx) => tx.sealedValues.hmacTokens(after, limit))
    const value = ({ accountId, inboxId }: typeof first) => ({
      ...{ of: { kind: 'hmac_token', accountId, inboxId }, context: `hmac-token:${inboxId}`, sealed: `of ${inboxId}` },
    })
    const [found] = await page(first.inboxId - 1, 1)
    expect(found).toEqual(value(first))
    expect(await page(first.inboxId - 1, 2)).toEqual([value(first), value(third)])
    expect(await page(third.inboxId, 9)).toEqual([])
    const foreign = { ...found!, of: { ...found!.of, accountId: third.accountId } }
    expect(await run((tx) => tx.sealedValues.replace({ ...found!, sealed: 'another' }, 'no'))).toBe(false)
    expect(await run((tx) => tx.sealedValues.replace(foreign, 'no'))).toBe(false)
    expect(await run((tx) => tx.sealedValues.replace(found!, 'after'))).toBe(true)
    expect(await run((tx) => tx.inboxes.hmacToken(first.accountId, first.inboxId))).toBe('after')
  })

  test('a secret setting is replaced where it is the same; plain ones are none', async () => {
    const [secret, plain] = [fresh('SECRET'), fresh('PLAIN')]
    await subject().storeSetting({ name: secret, sealed: 'before' })
    await subject().storeSetting({ name: plain, value: 'open' })
    const mine = async () =>
      (await run((tx) => tx.sealedValues.settings())).filter(({ context }) => [secret, plain].some((name) => context.endsWith(name)))
    const value: SealedValue = { of: { kind: 'setting', name: secret }, context: `setting:${secret}`, sealed: 'before' }
    expect(await mine()).toEqual([value])
    expect(await run((tx) => tx.sealedValues.replace({ ...value, sealed: 'another' }, 'no'))).toBe(false)
    expect(await run((tx) => tx.sealedValues.replace(value, 'after'))).toBe(true)
    expect(await mine()).toEqual([{ ...value, sealed: 'after' }])
    const setting = (name: string) => run((tx) => tx.sealedValues.setting(name))
    expect([await setting(secret), await setting(plain), await setting('none')]).toEqual(['after', undefined, undefined])
    const made = fresh('MADE')
    for (const sealed of ['first', 'second']) await run((tx) => tx.sealedValues.insertSetting(made, sealed))
    expect(await setting(made)).toBe('first')
  })
}
