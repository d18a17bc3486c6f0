import { expect, test } from 'vitest'
import { commit, fresh, noon } from './scenario.ts'
import { type OpenSubject, shared } from './subject.ts'

export const stateTokensContract = (open: OpenSubject): void => {
  const subject = shared(open)
  const spend = (id: string, expiresAt: number, now: number): Promise<boolean> =>
    commit(subject().unitOfWork, (tx) => tx.stateTokens.spend(id, expiresAt, now))

  test('is spent once', async () => {
    const id = fresh('state')
    expect([await spend(id, noon + 600_000, noon), await spend(id, noon + 600_000, noon + 1)]).toEqual([true, false])
  })

  test('is spent once by 20 at the same time', async () => {
    const id = fresh('state')
    const answers = await Promise.all(Array.from({ length: 20 }, () => spend(id, noon + 600_000, noon)))
    expect(answers.filter((first) => first)).toHaveLength(1)
  })

  test('forgets those that expired, but not the one that is being spent', async () => {
    const [old, current] = [fresh('state'), fresh('state')]
    await spend(old, noon, noon - 1)
    expect(await spend(current, noon + 1, noon)).toBe(true)
    expect(await spend(current, noon + 1, noon + 5)).toBe(false)
    expect(await spend(old, noon, noon + 1)).toBe(true)
  })
}
