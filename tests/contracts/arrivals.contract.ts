import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Tx } from '#application/ports/unit-of-work.ts'
import { err } from '#domain/shared/result.ts'
import { event } from './intake.contract.ts'
import { commit, fresh, noon } from './scenario.ts'
import type { OpenSubject, Subject } from './subject.ts'

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values)

/** Requests between their acknowledgement and their reading. */
export const arrivalsContract = (open: OpenSubject): void => {
  let subject: Subject
  beforeEach(async () => {
    subject = await open()
  })
  afterEach(() => subject[Symbol.asyncDispose]())

  const run = <T>(work: (tx: Tx) => Promise<T>): Promise<T> => commit(subject.unitOfWork, work)
  const take = (atMost = 100) => run((tx) => tx.intake.takeArrivals(atMost))
  const arrive = (body: Uint8Array, receivedAt = noon, channel = 'instagram') => subject.intakeLog.append({ channel, body, receivedAt })

  test('what comes one after the other is taken in that order, byte by byte as it came, and once', async () => {
    const all = Uint8Array.from({ length: 256 }, (_, n) => n)
    await arrive(all, noon, 'weird " \\ 😀')
    await arrive(bytes(), noon + 1)
    await arrive(bytes(7), noon + 2)
    const taken = await take()
    expect(taken.map(({ channel, receivedAt }) => [channel, receivedAt])).toEqual([
      ['weird " \\ 😀', noon],
      ['instagram', noon + 1],
      ['instagram', noon + 2],
    ])
    expect(taken.map(({ body }) => [...body])).toEqual([[...all], [], [7]])
    expect(await take()).toEqual([])
  })

  test('what comes at once is each there once', async () => {
    await Promise.all(Array.from({ length: 200 }, (_, n) => arrive(bytes(n), noon + n)))
    const seen: number[] = []
    for (let taken = await take(50); taken.length > 0; taken = await take(50)) seen.push(...taken.map(({ body }) => body[0] ?? -1))
    expect(seen.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 200 }, (_, n) => n))
  })

  test('no more is taken than about as much as was asked for', async () => {
    for (let n = 0; n < 5; n++) await arrive(bytes(n))
    expect((await take(2)).map(({ body }) => body[0])).toEqual([0, 1])
    expect((await take()).map(({ body }) => body[0])).toEqual([2, 3, 4])
  })

  test('what was taken in vain is there again', async () => {
    await arrive(bytes(1))
    await subject.unitOfWork.run(async (tx) => {
      expect(await tx.intake.takeArrivals(1)).toHaveLength(1)
      return err({ code: 'changed.mind' })
    })
    expect(await take()).toHaveLength(1)
  })

  test('stored one by one, an event that the database would refuse stops nobody', async () => {
    const [good, bad] = [event('ada'), event('b\0b')]
    const entry = (events: (typeof good)[]) => ({
      id: crypto.randomUUID(),
      channel: fresh('ch\0'),
      body: bytes(0),
      receivedAt: noon,
      events,
    })
    await run((tx) => tx.intake.store([entry([good]), entry([bad]), entry([])], 'oneByOne'))
    expect((await run((tx) => tx.intake.claim(10, noon))).map(({ contactKey }) => contactKey)).toEqual(['ada', 'b\ufffdb'])
  })
}
