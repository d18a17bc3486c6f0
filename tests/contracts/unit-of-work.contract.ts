import { describe, expect, test } from 'vitest'
import type { Job } from '#application/jobs.ts'
import type { Tx } from '#application/ports/unit-of-work.ts'
import { err, ok } from '#domain/shared/result.ts'
import { commit, fresh, noon, openOffice } from './scenario.ts'
import { type OpenSubject, shared } from './subject.ts'

const deliver = (conversationId: number, key = String(conversationId)): Job => ({
  name: 'deliver-conversation',
  key,
  payload: { accountId: 1, inboxId: 1, conversationId },
})

export const unitOfWorkContract = (open: OpenSubject): void => {
  const subject = shared(open)

  /** Writes a row and a job; answers how to see both. */
  const writeBoth = async (tx: Tx, name: string): Promise<number> => {
    const id = await tx.accounts.insertAccount({ name, locale: 'en', at: noon })
    await tx.jobs.enqueue([deliver(id, name)])
    return id
  }
  const seen = async (name: string) => ({
    row: (await subject().queries.accounts(1)).some((account) => account.name === name),
    job: (await subject().waitingJobs()).some((job) => job.key === name),
  })

  test('commits rows and jobs together when the work answers ok', async () => {
    const name = fresh('account')
    const result = await subject().unitOfWork.run(async (tx) => ok(await writeBoth(tx, name)))
    expect(result).toEqual(ok(expect.any(Number)))
    expect(await seen(name)).toEqual({ row: true, job: true })
  })

  test('rolls both back when the work answers an error, and passes it on', async () => {
    const name = fresh('account')
    const result = await subject().unitOfWork.run(async (tx) => {
      await writeBoth(tx, name)
      return err({ code: 'some.reason' })
    })
    expect(result).toEqual(err({ code: 'some.reason' }))
    expect(await seen(name)).toEqual({ row: false, job: false })
  })

  test('rolls both back when the work throws, and throws the same', async () => {
    const name = fresh('account')
    const broken = new Error('boom')
    const running = subject().unitOfWork.run(async (tx) => {
      await writeBoth(tx, name)
      throw broken
    })
    await expect(running).rejects.toBe(broken)
    expect(await seen(name)).toEqual({ row: false, job: false })
  })

  test('reads its own writes', async () => {
    const office = await openOffice(subject())
    const name = await commit(subject().unitOfWork, async (tx) => {
      const [someone] = await tx.contacts.ensure([{ ...office, sourceId: fresh('igsid'), name: 'New', at: noon }])
      return (await tx.contacts.contactInbox(office.accountId, someone!.id))?.name
    })
    expect(name).toBe('New')
  })

  test.each(['ok', 'error'])('a query after a run that ended with %s fails', async (ending) => {
    let kept: Tx | undefined
    await subject().unitOfWork.run(async (tx) => {
      kept = tx
      await tx.accounts.insertAccount({ name: fresh('account'), locale: 'en', at: noon })
      return ending === 'ok' ? ok(null) : err('no')
    })
    const name = fresh('too-late')
    await expect(kept!.accounts.insertAccount({ name, locale: 'en', at: noon })).rejects.toThrow()
    await expect(kept!.jobs.enqueue([deliver(1, name)])).rejects.toThrow()
    expect(await seen(name)).toEqual({ row: false, job: false })
  })

  describe('jobs', () => {
    const enqueue = (...jobs: Job[]): Promise<void> => commit(subject().unitOfWork, (tx) => tx.jobs.enqueue(jobs))
    const waiting = async (key: string) => (await subject().waitingJobs()).filter((job) => job.key === key)

    test('of one name and key that still wait are one job', async () => {
      const key = fresh('key')
      await enqueue(deliver(1, key), deliver(2, key))
      await enqueue(deliver(3, key))
      expect(await waiting(key)).toEqual([{ name: 'deliver-conversation', key, payload: { accountId: 1, inboxId: 1, conversationId: 1 } }])
    })

    test('of one key but different names are different jobs', async () => {
      const key = fresh('key')
      await enqueue(deliver(1, key), { name: 'subscribe-webhooks', key, payload: { accountId: 1, inboxId: 2 } })
      expect((await waiting(key)).map(({ name }) => name)).toEqual(['deliver-conversation', 'subscribe-webhooks'])
    })

    test('can be added while another of the same key is at work', async () => {
      const key = fresh('key')
      await enqueue(deliver(1, key))
      await subject().beginJobs()
      expect(await waiting(key)).toEqual([])
      await enqueue(deliver(2, key))
      expect(await waiting(key)).toHaveLength(1)
    })

    test('that wait for later do not swallow one that is due now', async () => {
      const key = fresh('key')
      const later = Date.now() + 600_000
      await enqueue({ ...deliver(1, key), at: later })
      await enqueue({ ...deliver(1, key), at: later }, deliver(1, key))
      expect(await waiting(key)).toHaveLength(2)
    })

    test('keep the order in which they were added', async () => {
      const keys = Array.from({ length: 50 }, () => fresh('key'))
      await enqueue(...keys.map((key) => deliver(1, key)))
      const known = new Set(keys)
      expect((await subject().waitingJobs()).map(({ key }) => key).filter((key) => known.has(key))).toEqual(keys)
    })
  })
}
