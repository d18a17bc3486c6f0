import { describe, expect, test } from 'vitest'
import type { ChannelEvent } from '#application/intake/channel-event.ts'
import type { EventOutcome } from '#application/ports/intake.ts'
import type { NewMessage } from '#application/ports/messages.ts'
import { unknownPerson } from '../support/unknown-person.ts'
import { commit, converse, fresh, meet, noon, openOffice, outgoing, storeEvents, textPart } from './scenario.ts'
import { type OpenSubject, shared } from './subject.ts'

export const queriesContract = (open: OpenSubject): void => {
  const subject = shared(open)

  test('accounts are listed 25 a page', async () => {
    const names = Array.from({ length: 30 }, () => fresh('account'))
    for (const name of names) await commit(subject().unitOfWork, (tx) => tx.accounts.insertAccount({ name, locale: 'en', at: noon }))
    const read: string[] = []
    for (let page = 1; page < 9; page++) {
      const accounts = await subject().queries.accounts(page)
      expect(accounts.length).toBeLessThanOrEqual(25)
      read.push(...accounts.map(({ name }) => name))
    }
    expect(read.filter((name) => names.includes(name))).toEqual(names)
  })

  test('an inbox tells how it stands with its provider, to its own account', async () => {
    const { accountId, inboxId, channelKey } = await openOffice(subject())
    const foreign = await openOffice(subject())
    const view = await subject().queries.inbox(accountId, inboxId)
    expect(view).toEqual({
      ...{ id: inboxId, accountId, channel: 'instagram', name: expect.any(String), lockToSingleConversation: false, webhookUrl: null },
      webhookGoneAt: null,
      replyHours: null,
      hmacMandatory: false,
      templates: null,
      connection: {
        ...{ channelKey, providerName: 'shop', state: 'connected', webhooksSubscribed: false, lastEventAt: null, lastError: null },
        ...{ tokenExpiresAt: null, lastRefreshedAt: null, accountType: 'BUSINESS', permissions: ['basic', 'manage "messages", all'] },
        ...{ connectedAt: noon, quietSince: null },
        gapFill: { lookedAt: null, missedAt: null, missed: 0, error: null },
      },
    })
    const credential = { sealed: 'sealed', issuedAt: noon, expiresAt: noon + 5000, refreshAt: noon, failures: 0, warnedDays: null }
    await commit(subject().unitOfWork, (tx) => tx.credentials.save({ accountId, inboxId }, credential))
    expect((await subject().queries.inbox(accountId, inboxId))?.connection?.tokenExpiresAt).toBe(noon + 5000)
    expect(await subject().queries.inbox(foreign.accountId, inboxId)).toBeUndefined()
    expect((await subject().queries.inboxes(accountId)).map(({ id }) => id)).toEqual([inboxId])
  })

  test('an inbox tells its rhythm: who wrote in the four weeks before the last event, and what was sent after it', async () => {
    const office = await openOffice(subject())
    const { accountId, inboxId } = office
    const at = (days: number) => noon + days * 86_400_000
    const rhythm = (lastEventAt: number | null) => subject().queries.inboxRhythm(accountId, inboxId, lastEventAt)
    expect([await rhythm(null), await rhythm(noon)]).toEqual(Array(2).fill({ conversations: 0, lastSentAt: null }))
    for (const days of [-40, -27, -1, 0]) await converse(subject(), office, { lastIncomingAt: at(days), lastActivityAt: at(days) })
    const resolved = await converse(subject(), office, { status: 'resolved', lastIncomingAt: at(-2), lastActivityAt: at(3) })
    const send = (createdAt: number, changes: Partial<NewMessage> = {}) =>
      commit(subject().unitOfWork, (tx) => tx.messages.insert([outgoing(resolved, createdAt, changes)]))
    await send(at(-1))
    expect(await rhythm(noon)).toEqual({ conversations: 4, lastSentAt: null })
    await send(at(1))
    await send(at(2), { author: 'native_app' })
    await send(at(3), { parts: [textPart(null, 'queued')] })
    expect(await rhythm(noon)).toEqual({ conversations: 4, lastSentAt: at(1) })
    expect(await rhythm(null)).toEqual({ conversations: 0, lastSentAt: at(1) })
    const foreign = await openOffice(subject())
    expect(await subject().queries.inboxRhythm(foreign.accountId, inboxId, noon)).toEqual({ conversations: 0, lastSentAt: null })
  })

  test('all connections are listed 25 a page', async () => {
    const offices = []
    for (let n = 0; n < 30; n++) offices.push(await openOffice(subject()))
    const listed: number[] = []
    for (let page = 1; page < 9; page++) {
      const found = await subject().queries.connections(page)
      expect(found.length).toBeLessThanOrEqual(25)
      listed.push(...found.map(({ inboxId }) => inboxId))
    }
    const ours = offices.map(({ inboxId }) => inboxId)
    expect(listed.filter((id) => ours.includes(id))).toEqual(ours.toSorted((a, b) => a - b))
    const { accountId, inboxId } = offices[0]!
    const everything = (await Promise.all([1, 2, 3, 4].map((page) => subject().queries.connections(page)))).flat()
    expect(everything).toContainEqual({ accountId, inboxId, name: expect.any(String) })
  })

  describe('contacts', () => {
    test('are listed by name, 15 a page, and found by any part of what is known', async () => {
      const office = await openOffice(subject())
      const { accountId, inboxId } = office
      const wanted = Array.from({ length: 18 }, (_, n) => ({
        accountId,
        inboxId,
        sourceId: `s${n}`,
        name: `person ${((n * 7) % 18) + 10}`,
        at: noon,
      }))
      await commit(subject().unitOfWork, (tx) => tx.contacts.ensure([...wanted, { ...wanted[0]!, sourceId: '100%', name: 'q_100%\\x' }]))
      const names = async (page: number, search?: string) =>
        (await subject().queries.contacts(accountId, page, search)).page.map(({ name }) => name)
      expect(await names(1)).toEqual(Array.from({ length: 15 }, (_, n) => `person ${n + 10}`))
      expect(await names(2)).toEqual(['person 25', 'person 26', 'person 27', 'q_100%\\x'])
      expect((await subject().queries.contacts(accountId, 1)).count).toBe(19)
      expect(await names(1, 'PERSON 12')).toEqual(['person 12'])
      for (const wildcard of ['_', '%', '\\', '0%\\']) expect(await names(1, wildcard)).toEqual(['q_100%\\x'])
      expect(await subject().queries.contacts(accountId, 1, 'nobody')).toEqual({ count: 0, page: [] })
      expect((await subject().queries.contacts(accountId, 1, '')).count).toBe(19)
    })

    test('tell in which inboxes they are known, to their own account', async () => {
      const office = await openOffice(subject())
      const foreign = await openOffice(subject())
      const { id, contactId, sourceId, name } = await meet(subject(), office)
      expect(await subject().queries.contact(office.accountId, contactId)).toEqual({
        ...{ id: contactId, name, ...unknownPerson, avatarId: null, lastActivityAt: null, createdAt: noon },
        contactInboxes: [{ id, sourceId, inboxId: office.inboxId, inboxName: expect.any(String), channel: 'instagram' }],
      })
      expect(await subject().queries.contact(foreign.accountId, contactId)).toBeUndefined()
      expect((await subject().queries.contacts(foreign.accountId, 1)).count).toBe(0)
    })
  })

  describe('intake', () => {
    const echo = (n: number): ChannelEvent => ({
      ...{ kind: 'message-read', channel: 'instagram', accountKey: 'key', contactKey: `c${n}`, dedupeKey: fresh('d') },
      ...{ occurredAt: noon - 1, payload: { externalId: `mid ${n}` } },
    })
    const body = new Uint8Array([1, 0, 254])

    test('is listed newest first by state and time, and counted', async () => {
      expect(await subject().queries.intakeBacklog(noon)).toEqual({ pending: 0, oldestMs: 0 })
      for (let n = 0; n < 30; n++) await storeEvents(subject().unitOfWork, [echo(n)], { body, receivedAt: noon + n })
      expect(await subject().queries.intakeBacklog(noon + 1000)).toEqual({ pending: 30, oldestMs: 1000 })
      await subject().intakeLog.append({ channel: 'instagram', body, receivedAt: noon - 1000 })
      expect(await subject().queries.intakeBacklog(noon + 1000)).toEqual({ pending: 31, oldestMs: 2000 })
      expect(await subject().queries.intakeCounts()).toContainEqual({ state: 'pending', reason: 'unread', count: 1 })
      expect(await commit(subject().unitOfWork, (tx) => tx.intake.takeArrivals(10))).toHaveLength(1)
      const first = await subject().queries.intakeEvents({ page: 1 })
      const second = await subject().queries.intakeEvents({ page: 2 })
      expect([first.count, first.page.length, second.page.length]).toEqual([30, 25, 5])
      const times = [...first.page, ...second.page].map(({ receivedAt }) => receivedAt)
      expect(times).toEqual(Array.from({ length: 30 }, (_, n) => noon + 29 - n))
      expect((await subject().queries.intakeEvents({ since: noon + 5, until: noon + 8, page: 1 })).count).toBe(3)
      const parked: EventOutcome = { state: 'parked', reason: 'inbox.unknown' }
      await commit(subject().unitOfWork, (tx) => tx.intake.settle([{ id: first.page[0]!.id, outcome: parked }]))
      expect((await subject().queries.intakeEvents({ state: 'parked', page: 1 })).page).toEqual([
        { ...first.page[0], state: 'parked', reason: 'inbox.unknown' },
      ])
      expect((await subject().queries.intakeBacklog(noon)).pending).toBe(29)
    })

    test('shows one event with what came', async () => {
      const { page } = await subject().queries.intakeEvents({ page: 1 })
      const view = await subject().queries.intakeEvent(page[0]!.id)
      expect(view).toEqual({ ...page[0], payload: { externalId: 'mid 29' }, body })
      expect(await subject().queries.intakeEvent(987_654_321)).toBeUndefined()
    })
  })
}
