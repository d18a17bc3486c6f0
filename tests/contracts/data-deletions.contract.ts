import { expect, test } from 'vitest'
import type { NewDataDeletion } from '#application/ports/data-deletions.ts'
import { commit, fresh, noon } from './scenario.ts'
import { type OpenSubject, shared } from './subject.ts'

export const dataDeletionsContract = (open: OpenSubject): void => {
  const subject = shared(open)
  const request = (deletion: NewDataDeletion) => commit(subject().unitOfWork, (tx) => tx.dataDeletions.request(deletion))
  const complete = (code: string, at: number) => commit(subject().unitOfWork, (tx) => tx.dataDeletions.complete(code, at))
  const waiting = (code: string) => commit(subject().unitOfWork, (tx) => tx.dataDeletions.waiting(code))
  const wanted = (accountKey: string, issuedAt = noon): NewDataDeletion => ({
    code: fresh('code'),
    channel: 'instagram',
    accountKey,
    issuedAt,
    requestedAt: noon + 5,
  })

  test('a request waits until it is carried out, and is seen by its channel and code', async () => {
    const deletion = wanted(fresh('key'))
    const { code, channel, accountKey } = deletion
    expect(await request(deletion)).toEqual({ code, isNew: true })
    expect(await waiting(code)).toEqual({ code, channel, accountKey })
    expect(await subject().queries.dataDeletion(channel, code)).toEqual({ requestedAt: noon + 5, completedAt: null })
    await complete(code, noon + 9)
    await complete(code, noon + 10)
    expect(await waiting(code)).toBeUndefined()
    expect(await subject().queries.dataDeletion(channel, code)).toEqual({ requestedAt: noon + 5, completedAt: noon + 9 })
    expect(await subject().queries.dataDeletion('telegram', code)).toBeUndefined()
    expect(await subject().queries.dataDeletion(channel, 'nobody')).toBeUndefined()
  })

  test('a repeated request is the first one, at work or done; a later one is new when the first is done', async () => {
    const key = fresh('key')
    const first = wanted(key)
    await request(first)
    expect(await request(wanted(key))).toEqual({ code: first.code, isNew: false })
    expect(await request(wanted(key, noon + 1000))).toEqual({ code: first.code, isNew: false })
    await complete(first.code, noon + 9)
    expect(await request(wanted(key))).toEqual({ code: first.code, isNew: false })
    const later = wanted(key, noon + 1000)
    expect(await request(later)).toEqual({ code: later.code, isNew: true })
    expect(await request(wanted(fresh('key')))).toMatchObject({ isNew: true })
  })

  test('of 10 who bring the same request at once all get one code', async () => {
    const key = fresh('key')
    const answers = await Promise.all(Array.from({ length: 10 }, () => request(wanted(key))))
    expect(new Set(answers.map(({ code }) => code)).size).toBe(1)
    expect(answers.filter(({ isNew }) => isNew)).toHaveLength(1)
  })
}
