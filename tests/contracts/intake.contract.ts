import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { ChannelEvent } from '#application/intake/channel-event.ts'
import { awaitsInbox, type EventOutcome, type StoredEvent } from '#application/ports/intake.ts'
import type { Tx } from '#application/ports/unit-of-work.ts'
import { commit, fresh, noon, storeEvents } from './scenario.ts'
import type { OpenSubject, Subject } from './subject.ts'

export const event = (contactKey: string, changes: { readonly accountKey?: string; readonly occurredAt?: number } = {}): ChannelEvent => ({
  kind: 'message-read',
  channel: 'instagram',
  accountKey: '17841400000000001',
  contactKey,
  dedupeKey: fresh('read'),
  occurredAt: noon,
  payload: { externalId: fresh('mid') },
  ...changes,
})

export const body = new TextEncoder().encode('{"object":"instagram"}')

export const append = ({ unitOfWork }: Subject, ...events: ChannelEvent[]): Promise<void> => storeEvents(unitOfWork, events, { body })

const done: EventOutcome = { state: 'done' }
const contactsOf = (events: readonly StoredEvent[]): string[] => events.map(({ contactKey }) => contactKey)

export const intakeContract = (open: OpenSubject): void => {
  let subject: Subject
  beforeEach(async () => {
    subject = await open()
  })
  afterEach(() => subject[Symbol.asyncDispose]())

  const run = <T>(work: (tx: Tx) => Promise<T>): Promise<T> => commit(subject.unitOfWork, work)
  const claim = (limit = 100, now = noon): Promise<readonly StoredEvent[]> => run((tx) => tx.intake.claim(limit, now))
  const settle = (events: readonly StoredEvent[], outcome: EventOutcome): Promise<void> =>
    run((tx) => tx.intake.settle(events.map(({ id }) => ({ id, outcome }))))

  test('what is appended is claimed as it was, oldest first, until it is settled', async () => {
    const events = [event('ada'), event('bob'), event('ada')]
    await append(subject, ...events)
    await append(subject, event('eve'))
    const claimed = await claim()
    expect(claimed.slice(0, 3).map(({ id: _, attempts: __, inbox: ___, ...rest }) => rest)).toEqual(events)
    expect(contactsOf(claimed)).toEqual(['ada', 'bob', 'ada', 'eve'])
    expect(claimed.map(({ attempts }) => attempts)).toEqual([0, 0, 0, 0])
    expect(await claim()).toEqual(claimed)
    await settle(claimed, done)
    expect(await claim()).toEqual([])
    await settle([], done)
  })

  test('a claim takes no more than it may, and the oldest event is among it', async () => {
    await append(subject, ...Array.from({ length: 40 }, (_, n) => event(`contact ${n}`)))
    const order: number[] = []
    for (let claimed = await claim(3); claimed.length > 0; claimed = await claim(3)) {
      expect(claimed.length).toBeLessThanOrEqual(3)
      order.push(claimed[0]!.id)
      await settle(claimed, done)
    }
    expect(order).toEqual(order.toSorted((a, b) => a - b))
  })

  test('a body without events is kept, and nothing is claimed', async () => {
    await append(subject)
    expect(await claim()).toEqual([])
  })

  test('an event that waits for its next try holds back the later ones of its contact, and nobody else', async () => {
    await append(subject, event('ada'), event('ada'), event('bob'), event('ada', { accountKey: 'other' }))
    const [first, second] = await claim()
    const later: EventOutcome = { state: 'pending', reason: 'no luck', dueAt: noon + 1000 }
    await run((tx) => tx.intake.noteFailure([{ id: second!.id, outcome: later }]))
    expect(contactsOf(await claim())).toEqual(['ada', 'bob', 'ada'])
    await run((tx) => tx.intake.noteFailure([{ id: first!.id, outcome: later }]))
    expect((await claim()).map(({ contactKey, accountKey }) => [contactKey, accountKey])).toEqual([
      ['bob', '17841400000000001'],
      ['ada', 'other'],
    ])
    expect((await claim(100, noon + 1000)).map(({ attempts }) => attempts)).toEqual([1, 1, 0, 0])
  })

  test('many events held back are in nobody else’s way', async () => {
    await append(subject, ...Array.from({ length: 50 }, () => event('ada')), event('bob'))
    const [first] = await claim(1)
    await settle([first!], { state: 'pending', reason: 'no luck', dueAt: noon + 1000 })
    expect(contactsOf(await claim(4))).toEqual(['bob'])
  })

  test('a failure is not counted on an event that someone settled meanwhile', async () => {
    await append(subject, event('ada'))
    const claimed = await claim()
    await settle(claimed, done)
    await run((tx) => tx.intake.noteFailure(claimed.map(({ id }) => ({ id, outcome: { state: 'parked', reason: 'late' } }))))
    expect(await subject.queries.intakeEvent(claimed[0]!.id)).toMatchObject({ state: 'done', attempts: 0, reason: null })
  })

  test('a parked event is set free by what it awaits, in its channel, once', async () => {
    await append(subject, event('ada'), event('bob'), event('eve'))
    const [ada, bob, eve] = await claim()
    const awaits = awaitsInbox('17841400000000001')
    await settle([ada!], { state: 'parked', reason: 'inbox.unknown', awaits })
    await settle([bob!], { state: 'parked', reason: 'broken' })
    await settle([eve!], { state: 'unknown', reason: 'new' })
    const release = (channel: string, ...awaited: string[]) => run((tx) => tx.intake.release(channel, awaited))
    expect(await claim()).toEqual([])
    await release('instagram')
    await release('telegram', awaits)
    await release('instagram', 'inbox:other')
    expect(await claim()).toEqual([])
    await release('instagram', 'inbox:other', awaits)
    const freed = await claim()
    expect(contactsOf(freed)).toEqual(['ada'])
    await settle(freed, done)
    await release('instagram', awaits)
    expect(await claim()).toEqual([])
  })

  test('what a rolled back run settled is pending again', async () => {
    await append(subject, event('ada'))
    const broken = subject.unitOfWork.run(async (tx) => {
      await tx.intake.settle((await tx.intake.claim(10, noon)).map(({ id }) => ({ id, outcome: done })))
      throw new Error('boom')
    })
    await expect(broken).rejects.toThrow('boom')
    expect(contactsOf(await claim())).toEqual(['ada'])
  })

  test('a comment is found by its id, for its account alone', async () => {
    const payload = { raw: { text: 'Nice' }, externalId: '179', username: 'who', text: 'Nice', mediaId: null, parentId: null }
    const comment: ChannelEvent = { ...event('ada'), kind: 'comment-received', payload }
    const reply = { ...event('ada'), dedupeKey: 'reply' }
    await append(subject, reply, comment, { ...comment, payload: { ...payload, externalId: '180', username: null } })
    const find = (id: string, accountKey = comment.accountKey, channel = 'instagram') =>
      run((tx) => tx.intake.comment(channel, accountKey, id))
    expect(await find('179')).toEqual({ contactKey: 'ada', username: 'who', occurredAt: noon })
    expect(await find('180')).toMatchObject({ username: null })
    expect([await find('181'), await find('179', 'another'), await find('179', comment.accountKey, 'telegram')]).toEqual([
      undefined,
      undefined,
      undefined,
    ])
  })

  test('what came for one account of a provider is erased with its bodies, whatever became of it', async () => {
    const theirs = Array.from({ length: 5 }, (_, n) => event(`person ${n}`, { accountKey: 'leaving' }))
    for (const each of theirs) await append(subject, each)
    await append(subject, event('ada'))
    await settle(await claim(2), { state: 'parked', reason: 'inbox.unknown', awaits: awaitsInbox('leaving') })
    const erase = (accountKey: string, channel = 'instagram') => run((tx) => tx.intake.erase(channel, accountKey, 3))
    expect([await erase('leaving', 'telegram'), await erase('nobody')]).toEqual([0, 0])
    expect([await erase('leaving'), await erase('leaving'), await erase('leaving')]).toEqual([3, 2, 0])
    const { page } = await subject.queries.intakeEvents({ page: 1 })
    expect(page).toHaveLength(1)
    expect((await subject.queries.intakeEvent(page[0]!.id))?.body).toEqual(body)
  })

  describe('several workers', () => {
    test('see each event once, a contact’s in order, and never hold one contact together', async () => {
      const events = Array.from({ length: 300 }, (_, n) => event(`contact ${n % 30}`, { occurredAt: noon + n }))
      await Promise.all(events.map((each) => append(subject, each)))
      const busy = new Set<string>()
      const seen: StoredEvent[] = []
      const work = (): Promise<number> =>
        run(async (tx) => {
          const claimed = await tx.intake.claim(16, noon)
          const contacts = new Set(contactsOf(claimed))
          expect([...contacts].filter((contact) => busy.has(contact))).toEqual([])
          for (const contact of contacts) busy.add(contact)
          await tx.intake.settle(claimed.map(({ id }) => ({ id, outcome: done })))
          seen.push(...claimed)
          for (const contact of contacts) busy.delete(contact)
          return claimed.length
        })
      const worker = async (): Promise<void> => {
        while (seen.length < events.length) await work()
      }
      await Promise.all([worker(), worker(), worker(), worker()])
      expect(new Set(seen.map(({ id }) => id)).size).toBe(300)
      for (const group of Map.groupBy(seen, ({ contactKey }) => contactKey).values()) {
        expect(group.map(({ id }) => id)).toEqual(group.map(({ id }) => id).toSorted((a, b) => a - b))
      }
    })
  })
}
