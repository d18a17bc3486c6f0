import { expect, test } from 'vitest'
import type { ContactInbox, FoundProfile } from '#application/ports/contacts.ts'
import type { Tx } from '#application/ports/unit-of-work.ts'
import { commit, fresh, meet, noon, openOffice } from './scenario.ts'
import { type OpenSubject, shared } from './subject.ts'

export const contactsContract = (open: OpenSubject): void => {
  const subject = shared(open)
  const run = <T>(work: (tx: Tx) => Promise<T>): Promise<T> => commit(subject().unitOfWork, work)
  const wanted = ({ accountId, inboxId }: { accountId: number; inboxId: number }, sourceIds: readonly string[]) =>
    sourceIds.map((sourceId) => ({ accountId, inboxId, sourceId, name: `New ${sourceId}`, at: noon }))

  test('makes who is missing, keeps who is known, and answers all by id', async () => {
    const office = await openOffice(subject())
    const known = await meet(subject(), office, 'b')
    const all = await run((tx) => tx.contacts.ensure(wanted(office, ['c', 'b', 'a'])))
    expect(all).toHaveLength(3)
    expect(all.map(({ id }) => id)).toEqual(all.map(({ id }) => id).toSorted((a, b) => a - b))
    expect(all[0]).toEqual(known)
    expect(new Set(all.map(({ contactId }) => contactId)).size).toBe(3)
    const { accountId, inboxId } = office
    const unasked = { profile: 'unknown', profileCheckedAt: null, clientAccess: null }
    const fromC = { accountId, inboxId, sourceId: 'c', name: 'New c', blocked: false, ...unasked }
    expect(all.find(({ sourceId }) => sourceId === 'c')).toMatchObject(fromC)
    expect(await run((tx) => tx.contacts.ensure([]))).toEqual([])
  })

  test('one source id in two inboxes is two people', async () => {
    const [one, two] = [await openOffice(subject()), await openOffice(subject())]
    const sourceId = fresh('igsid')
    const first = await meet(subject(), one, sourceId)
    const second = await meet(subject(), two, sourceId)
    expect(first.contactId).not.toBe(second.contactId)
  })

  test('makes nobody in an inbox of another account', async () => {
    const [one, two] = [await openOffice(subject()), await openOffice(subject())]
    const strangers = wanted({ accountId: one.accountId, inboxId: two.inboxId }, ['x'])
    expect(await run((tx) => tx.contacts.ensure(strangers))).toEqual([])
    expect(await subject().queries.contacts(one.accountId, 1)).toEqual({ count: 0, page: [] })
  })

  test('50 who ensure the same person at once get the same, and nobody else is made', async () => {
    const office = await openOffice(subject())
    const ensure = () => run((tx) => tx.contacts.ensure(wanted(office, ['same'])))
    const answers = await Promise.all(Array.from({ length: 50 }, ensure))
    expect(new Set(answers.flat().map(({ id }) => id)).size).toBe(1)
    expect((await subject().queries.contacts(office.accountId, 1)).count).toBe(1)
  })

  test('30 who ensure overlapping crowds in any order all get through', async () => {
    const office = await openOffice(subject())
    const people = Array.from({ length: 12 }, (_, n) => `p${n}`)
    const crowd = (n: number) => [...people.slice(n % 12), ...people.slice(0, n % 12)].slice(0, 8)
    const ensure = (_: unknown, n: number) => run((tx) => tx.contacts.ensure(wanted(office, n % 2 ? crowd(n) : crowd(n).toReversed())))
    const answers = await Promise.all(Array.from({ length: 30 }, ensure))
    expect(answers.every((answer) => answer.length === 8)).toBe(true)
    expect((await subject().queries.contacts(office.accountId, 1)).count).toBe(12)
  })

  test('a contact inbox is nothing to another account', async () => {
    const someone = await meet(subject(), await openOffice(subject()))
    const { accountId } = await openOffice(subject())
    expect(await run((tx) => tx.contacts.contactInbox(someone.accountId, someone.id))).toEqual(someone)
    expect(await run((tx) => tx.contacts.contactInbox(accountId, someone.id))).toBeUndefined()
    const names = { told: 'Not theirs', placeholder: someone.name }
    await run((tx) => tx.contacts.saveProfiles([{ someone: { id: someone.id, accountId }, knowledge: 'known', names, dueAt: null }], noon))
    expect(await run((tx) => tx.contacts.contactInbox(someone.accountId, someone.id))).toEqual(someone)
  })

  test('activity only moves forward', async () => {
    const someone = await meet(subject(), await openOffice(subject()))
    const note = (at: number) => run((tx) => tx.contacts.noteActivity(new Map([[someone.contactId, at]])))
    const last = async () => (await subject().queries.contact(someone.accountId, someone.contactId))?.lastActivityAt
    expect(await last()).toBeNull()
    await note(noon)
    await note(noon - 5)
    expect(await last()).toBe(noon)
    await note(noon + 5)
    expect(await last()).toBe(noon + 5)
  })

  test('a profile adds to what is known; a withheld one says only that', async () => {
    const someone = await meet(subject(), await openOffice(subject()))
    const profile = { name: 'Ada', username: 'ada', pictureUrl: 'https://cdn/1.jpg', attributes: { social: { instagram: 'ada' } } }
    const names = { told: 'Ada \ud83d\ude00', placeholder: someone.name }
    const save = (found: Omit<FoundProfile, 'someone'>, at = noon) => run((tx) => tx.contacts.saveProfiles([{ someone, ...found }], at))
    await run((tx) => tx.contacts.saveProfiles([], noon))
    await save({ knowledge: 'known', names, profile, dueAt: noon + 5 })
    const view = () => subject().queries.contact(someone.accountId, someone.contactId)
    const seen = { name: 'Ada 😀', avatarUrl: 'https://cdn/1.jpg', additionalAttributes: { social: { instagram: 'ada' } } }
    expect(await view()).toMatchObject(seen)
    const known = await run((tx) => tx.contacts.contactInbox(someone.accountId, someone.id))
    expect(known).toMatchObject({ profile: 'known', profileCheckedAt: noon, name: 'Ada 😀' })
    await save({ knowledge: 'withheld', dueAt: null }, noon + 1)
    expect(await view()).toMatchObject(seen)
    expect(await run((tx) => tx.contacts.contactInbox(someone.accountId, someone.id))).toMatchObject({ profile: 'withheld' })
    await save({
      knowledge: 'known',
      profile: { ...profile, attributes: { social: { elsewhere: 'a' }, n: 1 } },
      names,
      dueAt: null,
    })
    expect((await view())?.additionalAttributes).toEqual({ social: { instagram: 'ada', elsewhere: 'a' }, n: 1 })
  })

  test('the name follows the provider, until a person gives another one', async () => {
    const someone = await meet(subject(), await openOffice(subject()))
    const profile = { name: 'any', username: null, pictureUrl: null, attributes: {} }
    const shown = async (told: string, accountId = someone.accountId) => {
      const found = { knowledge: 'known', profile, names: { told, placeholder: someone.name }, dueAt: null } as const
      await run((tx) => tx.contacts.saveProfiles([{ someone: { id: someone.id, accountId }, ...found }], noon))
      return (await subject().queries.contact(someone.accountId, someone.contactId))?.name
    }
    expect(await shown('Mallory', (await openOffice(subject())).accountId)).toBe(someone.name)
    expect(await shown('@ada')).toBe('@ada')
    expect(await shown('Ada\0')).toBe('Ada\ufffd')
    expect(await shown('Ada L.')).toBe('Ada L.')
    await subject().nameContact(someone.contactId, 'Countess')
    expect(await shown('Ada B.')).toBe('Countess')
  })

  test('whom a provider can be asked about is told with whether they ever wrote', async () => {
    const office = await openOffice(subject())
    const [ann, ben] = [await meet(subject(), office), await meet(subject(), office)]
    await run((tx) => tx.contacts.noteActivity(new Map([[ben.contactId, noon]])))
    const stranger = { accountId: (await openOffice(subject())).accountId, id: ann.id }
    const owners = await run((tx) => tx.contacts.profileOwners([ann, ben, ann, stranger]))
    const owner = ({ id, accountId, sourceId }: ContactInbox, hasWritten: boolean) => ({ id, accountId, sourceId, hasWritten })
    expect(owners.toSorted((a, b) => a.id - b.id)).toEqual([owner(ann, false), owner(ben, true)])
    expect(await run((tx) => tx.contacts.profileOwners([]))).toEqual([])
  })

  test('old profiles are taken for another look once, those of people who wrote lately', async () => {
    const office = await openOffice(subject())
    const { accountId, inboxId } = office
    const people = [
      await meet(subject(), office),
      await meet(subject(), office),
      await meet(subject(), office),
      await meet(subject(), office),
    ]
    const [ann, ben, cem] = people as [ContactInbox, ContactInbox, ContactInbox]
    const long = noon - 1e12
    for (const [n, { id }] of [ann, ben, cem].entries())
      await run((tx) => tx.contacts.saveProfiles([{ someone: { accountId, id }, knowledge: 'known', dueAt: long + 2 - n }], long))
    await run((tx) =>
      tx.contacts.noteActivity(
        new Map([
          [ann.contactId, long],
          [cem.contactId, long],
        ]),
      ),
    )
    const take = (now: number, limit: number) =>
      run((tx) => tx.contacts.takeStaleProfiles({ now, again: now + 10, activeSince: long, limit }))
    const ref = ({ id }: ContactInbox) => ({ accountId, inboxId, contactInboxId: id })
    expect(await take(long - 1, 10)).toEqual({ taken: 0, active: [] })
    expect(await take(long + 2, 1)).toEqual({ taken: 1, active: [ref(cem)] })
    expect(await take(long + 2, 10)).toEqual({ taken: 2, active: [ref(ann)] })
    expect(await take(long + 2, 10)).toEqual({ taken: 0, active: [] })
    await run((tx) => tx.inboxes.setState(inboxId, 'disconnected'))
    expect(await take(long + 12, 10)).toEqual({ taken: 2, active: [] })
    expect(await take(noon, 10)).toEqual({ taken: 0, active: [] })
  })

  test('a blocked contact is told as blocked', async () => {
    const office = await openOffice(subject())
    const someone = await meet(subject(), office)
    await subject().blockContact(someone.contactId)
    expect(await meet(subject(), office, someone.sourceId)).toEqual({ ...someone, blocked: true })
  })
}
