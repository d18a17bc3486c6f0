import { expect, test } from 'vitest'
import type { NewContact } from '#application/ports/contacts.ts'
import type { Tx } from '#application/ports/unit-of-work.ts'
import { unknownPerson } from '../support/unknown-person.ts'
import { commit, fresh, meet, noon, type Office, openOffice } from './scenario.ts'
import { type OpenSubject, shared } from './subject.ts'

export const contactsByHandContract = (open: OpenSubject): void => {
  const subject = shared(open)
  const run = <T>(work: (tx: Tx) => Promise<T>): Promise<T> => commit(subject().unitOfWork, work)
  const someoneNew = ({ accountId }: Office, changes: Partial<NewContact> = {}): NewContact => ({
    accountId,
    name: 'Ada',
    ...unknownPerson,
    at: noon,
    ...changes,
  })
  const insert = (contact: NewContact) => run((tx) => tx.contacts.insert(contact))
  const made = async (office: Office, changes?: Partial<NewContact>): Promise<number> => {
    const answer = await insert(someoneNew(office, changes))
    if (!answer.ok) throw new Error(answer.error.code)
    return answer.value
  }

  test('are kept as they were given', async () => {
    const office = await openOffice(subject())
    const given = {
      ...{ name: 'Ada \ud83d', email: `${fresh('ada')}@x.test`, phoneNumber: '+4930123', identifier: fresh('id'), blocked: true },
      ...{ avatarUrl: 'https://cdn/1.jpg', additionalAttributes: { city: ['Berlin'] }, customAttributes: { plan: 'a\0' } },
    }
    const id = await made(office, given)
    const { at: _, accountId: __, ...contact } = someoneNew(office, given)
    const shown = { ...contact, id, name: 'Ada \ufffd', customAttributes: { plan: 'a\ufffd' }, createdAt: noon, lastActivityAt: null }
    expect(await subject().queries.contact(office.accountId, id)).toEqual({ ...shown, avatarId: null, contactInboxes: [] })
  })

  test('share no address and no identifier with another of their account', async () => {
    const [office, elsewhere] = [await openOffice(subject()), await openOffice(subject())]
    const known = { email: 'ada@x.test', phoneNumber: '+4930124', identifier: 'crm-1' }
    await made(office, known)
    const code = async (changes: Partial<NewContact>) => {
      const answer = await insert(someoneNew(office, changes))
      return answer.ok ? undefined : answer.error.code
    }
    expect(await code(known)).toBe('contact.email_taken')
    expect(await code({ phoneNumber: '+4930124', identifier: 'crm-1' })).toBe('contact.phone_number_taken')
    expect(await code({ identifier: 'crm-1' })).toBe('contact.identifier_taken')
    expect(await code({})).toBeUndefined()
    await made(elsewhere, known)
    expect((await subject().queries.contacts(office.accountId, 1)).count).toBe(2)
  })

  test('10 with one address at once: one is made', async () => {
    const office = await openOffice(subject())
    const answers = await Promise.all(Array.from({ length: 10 }, () => insert(someoneNew(office, { email: 'one@x.test' }))))
    expect(answers.filter(({ ok }) => ok)).toHaveLength(1)
    expect(answers.flatMap((answer) => (answer.ok ? [] : [answer.error.code]))).toEqual(Array(9).fill('contact.email_taken'))
  })

  test('enter an inbox of their account under a name that nobody else has there', async () => {
    const [office, elsewhere] = [await openOffice(subject()), await openOffice(subject())]
    const { accountId, inboxId } = office
    const [ada, bob, foreign] = [await made(office), await made(office, { name: 'Bob' }), await made(elsewhere)]
    const enter = (contactId: number, sourceId: string, inbox = inboxId) =>
      run((tx) => tx.contacts.enter({ accountId, contactId, inboxId: inbox, sourceId, clientAccess: 'known', at: noon }))
    const entered = await enter(ada, 'a')
    const entry = { id: expect.any(Number), accountId, inboxId, contactId: ada, sourceId: 'a' }
    expect(entered).toEqual({
      ok: true,
      value: { ...entry, name: 'Ada', blocked: false, profile: 'unknown', profileCheckedAt: null, clientAccess: 'known' },
    })
    expect(await enter(ada, 'a')).toEqual(entered)
    expect(await enter(bob, 'a')).toEqual({ ok: false, error: { code: 'contact.source_id_taken' } })
    for (const [contact, inbox] of [[foreign], [987_654_321], [ada, elsewhere.inboxId]] as const)
      expect(await enter(contact, 'b', inbox)).toEqual({ ok: false, error: { code: 'contact.unknown' } })
  })

  test('are found by the newest entry that fits all that is asked', async () => {
    const [office, elsewhere] = [await openOffice(subject()), await openOffice(subject())]
    const { accountId, inboxId } = office
    const [first, second, other] = [
      await meet(subject(), office, 's1'),
      await meet(subject(), office, 's2'),
      await meet(subject(), elsewhere, 's1'),
    ]
    const find = (which: { inboxId?: number; contactId?: number; sourceId?: string }, account = accountId) =>
      run((tx) =>
        tx.contacts.newestInbox({
          accountId: account,
          inboxId: which.inboxId,
          contactId: which.contactId,
          sourceId: which.sourceId,
        }),
      )
    expect(await find({ sourceId: 's1' })).toEqual(first)
    expect(await find({ inboxId })).toEqual(second)
    expect(await find({ inboxId, contactId: first.contactId })).toEqual(first)
    expect(await find({ sourceId: 's1' }, elsewhere.accountId)).toEqual(other)
    expect(await find({ contactId: first.contactId, sourceId: 's2' })).toBeUndefined()
    expect(await find({ inboxId: elsewhere.inboxId })).toBeUndefined()
  })

  test('are found by what their source id opens', async () => {
    const office = await openOffice(subject())
    const { accountId, inboxId } = office
    const contactId = await made(office)
    const entries: Record<string, number> = {}
    for (const clientAccess of ['proven', 'guest', null] as const) {
      const entry = { accountId, contactId, inboxId, sourceId: fresh('key'), clientAccess, at: noon }
      const entered = await run((tx) => tx.contacts.enter(entry))
      if (entered.ok) entries[String(clientAccess)] = entered.value.id
    }
    const find = (clientAccess?: 'proven' | 'guest' | 'known') =>
      run(async (tx) => {
        const which = { accountId, inboxId, contactId, sourceId: undefined, ...(clientAccess && { clientAccess }) }
        return (await tx.contacts.newestInbox(which))?.id
      })
    expect([await find('proven'), await find('guest'), await find('known'), await find()]).toEqual([
      ...[entries.proven, entries.guest, undefined, entries.null],
    ])
  })

  test('are found by what the account’s own software calls them, in their account alone', async () => {
    const [office, elsewhere] = [await openOffice(subject()), await openOffice(subject())]
    const identifier = fresh('user')
    const contactId = await made(office, { identifier })
    const find = ({ accountId }: { accountId: number }, text = identifier) => run((tx) => tx.contacts.byIdentifier(accountId, text))
    expect([await find(office), await find(elsewhere), await find(office, `${identifier}0`)]).toEqual([contactId, undefined, undefined])
  })

  test('are changed as a whole, with what nobody else has', async () => {
    const [office, elsewhere] = [await openOffice(subject()), await openOffice(subject())]
    const { accountId } = office
    const [ada, bob] = [await made(office, { email: 'ada@x.test', phoneNumber: '+491', identifier: 'a' }), await made(office)]
    const details = (id: number, account = accountId) => run((tx) => tx.contacts.details(account, id))
    const save = (id: number, changes: object, account = accountId) =>
      run(async (tx) => {
        const before = await tx.contacts.details(accountId, id)
        return before && tx.contacts.saveDetails(account, id, { ...before, ...changes })
      })
    const before = await details(ada)
    expect(before).toMatchObject({ email: 'ada@x.test', phoneNumber: '+491', identifier: 'a', lastActivityAt: null })
    expect(before).not.toHaveProperty('id')
    const changes = {
      name: 'Ada \u0000 L.',
      email: 'al@x.test',
      customAttributes: { plan: ['pro'] },
      additionalAttributes: { city: 'Bonn' },
    }
    expect(await save(ada, changes)).toEqual({ ok: true, value: null })
    expect(await details(ada)).toEqual({ ...before, ...changes, name: 'Ada \ufffd L.' })
    expect(await subject().queries.contact(accountId, ada)).toMatchObject({ email: 'al@x.test', customAttributes: { plan: ['pro'] } })
    for (const [taken, code] of [
      [{ email: 'AL@x.test' }, 'contact.email_taken'],
      [{ phoneNumber: '+491' }, 'contact.phone_number_taken'],
      [{ identifier: 'a' }, 'contact.identifier_taken'],
    ] as const)
      expect(await save(bob, { name: 'Other', ...taken })).toEqual({ ok: false, error: { code } })
    expect((await details(bob))?.name).not.toBe('Other')
    expect([await details(ada, elsewhere.accountId), await details(987_654_321)]).toEqual([undefined, undefined])
    await save(ada, { name: 'Foreign' }, elsewhere.accountId)
    expect((await details(ada))?.name).toBe('Ada \ufffd L.')
  })
}
