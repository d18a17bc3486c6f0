import { expect, test } from 'vitest'
import { secretKinds } from '#application/ports/inbox-secrets.ts'
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

  test('secrets of inboxes come page by page, those of an inbox together, and are replaced where they are the same', async () => {
    const [first, , third] = [await openOffice(subject()), await openOffice(subject()), await openOffice(subject())]
    for (const { accountId, inboxId } of [first, third])
      for (const kind of secretKinds) await run((tx) => tx.inboxSecrets.keep({ accountId, inboxId, kind }, `${kind} of ${inboxId}`))
    const page = (after: number, limit: number) => run((tx) => tx.sealedValues.secrets(after, limit))
    const values = ({ accountId, inboxId, channelKey }: typeof first): SealedValue[] => [
      { of: { kind: 'webhook', accountId, inboxId }, context: `webhook:instagram:${channelKey}`, sealed: `webhook of ${inboxId}` },
      { of: { kind: 'hmac', accountId, inboxId }, context: `hmac-token:${inboxId}`, sealed: `hmac of ${inboxId}` },
    ]
    const inOrder = (found: readonly SealedValue[]) => found.toSorted((a, b) => b.context.localeCompare(a.context))
    const found = inOrder(await page(first.inboxId - 1, 1))
    expect(found).toEqual(values(first))
    const both = await page(first.inboxId - 1, 3)
    expect([inOrder(both.slice(0, 2)), inOrder(both.slice(2))]).toEqual([values(first), values(third)])
    expect(await page(third.inboxId, 9)).toEqual([])
    for (const value of found) {
      const foreign = { ...value, of: { ...value.of, accountId: third.accountId } } as SealedValue
      expect(await run((tx) => tx.sealedValues.replace({ ...value, sealed: 'another' }, 'no'))).toBe(false)
      expect(await run((tx) => tx.sealedValues.replace(foreign, 'no'))).toBe(false)
      expect(await run((tx) => tx.sealedValues.replace(value, `new ${value.context}`))).toBe(true)
    }
    const now = await run((tx) => tx.inboxSecrets.find([first], secretKinds))
    expect(now.map(({ sealed }) => sealed).toSorted()).toEqual(found.map(({ context }) => `new ${context}`).toSorted())
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
