import { describe, expect, test } from 'vitest'
import type { ContactInbox } from '#application/ports/contacts.ts'
import type { Tx } from '#application/ports/unit-of-work.ts'
import { commit, fresh, incoming, meet, newConversation, noon, openOffice } from '../contracts/scenario.ts'
import { openOn } from '../contracts/subject.ts'
import { testDatabases } from '../support/databases.ts'
import { overlapping } from '../support/overlapping.ts'

const servers = testDatabases().filter(({ name }) => name !== 'pglite')

/** What only shows where one transaction really waits for another. */
describe.each(servers)('two contacts are merged on $name', ({ open }) => {
  const start = async () => {
    const stack = new AsyncDisposableStack()
    const database = stack.use(await open())
    const subject = await openOn(database)
    const run = <T>(work: (tx: Tx) => Promise<T>): Promise<T> => commit(subject.unitOfWork, work)
    const office = await openOffice(subject)
    const { accountId, inboxId } = office
    const [ada, bob] = [await meet(subject, office), await meet(subject, office)]

    const whileOpen = overlapping(database, subject.unitOfWork)

    const merge = async (tx: Tx) => {
      const [base, mergee] = await tx.contacts.lockWhole(accountId, [ada.contactId, bob.contactId])
      if (base && mergee) await tx.contacts.absorb({ accountId, baseId: base.id, mergeeId: mergee.id, contact: { ...base, name: 'Both' } })
    }
    const wanted = ({ sourceId }: ContactInbox) => ({ accountId, inboxId, sourceId, name: 'x', at: noon })
    return { stack, ...subject, run, accountId, inboxId, ada, bob, whileOpen, merge, wanted }
  }

  test('whoever waited for one of them finds the one that is left', async () => {
    const { stack, accountId, ada, bob, whileOpen, merge, wanted } = await start()
    await using _ = stack
    const which = { accountId, inboxId: undefined, contactId: undefined, sourceId: bob.sourceId }
    const [both, newest, entered] = await whileOpen<readonly (ContactInbox | undefined)[]>(merge, [
      (tx) => tx.contacts.ensure([wanted(bob), wanted(ada)]),
      async (tx) => [await tx.contacts.newestInbox(which)],
      async (tx) => {
        const answer = await tx.contacts.enter({ ...bob, contactId: ada.contactId, at: noon })
        return [answer.ok ? answer.value : undefined]
      },
    ])
    const left = { contactId: ada.contactId, profile: 'unknown', blocked: false }
    expect(both).toMatchObject([
      { id: ada.id, ...left },
      { id: bob.id, ...left },
    ])
    expect(newest).toMatchObject([{ id: bob.id, sourceId: bob.sourceId, ...left }])
    expect(entered).toMatchObject([{ id: bob.id, sourceId: bob.sourceId, ...left }])
  })

  test('what was being written moves with the rest', async () => {
    const { stack, accountId, ada, bob, whileOpen, merge, wanted, queries } = await start()
    await using _ = stack
    const written = async (tx: Tx) => {
      const [someone] = await tx.contacts.ensure([wanted(bob)])
      const [conversation] = await tx.conversations.insert([newConversation(someone ?? bob)])
      if (conversation) await tx.messages.insert([incoming(conversation, noon)])
      await tx.contacts.noteActivity(new Map([[bob.contactId, noon]]))
    }
    await whileOpen(written, [merge])
    const [shown, ...more] = await queries.contactConversations(accountId, ada.contactId)
    expect(more).toEqual([])
    const thread = await queries.thread(accountId, shown?.displayId ?? 0, {})
    expect(thread?.messages.map(({ sender }) => sender?.id)).toEqual([ada.contactId])
    expect(await queries.contact(accountId, bob.contactId)).toBeUndefined()
  })

  test('a profile that came meanwhile is that of the one that is left', async () => {
    const { stack, accountId, ada, bob, whileOpen, merge, queries } = await start()
    await using _ = stack
    const profile = { name: 'Bob', username: null, pictureUrl: null, attributes: { seen: true } }
    await whileOpen(merge, [(tx) => tx.contacts.saveProfiles([{ someone: bob, knowledge: 'known', profile, dueAt: null }], noon)])
    expect(await queries.contact(accountId, ada.contactId)).toMatchObject({ name: 'Both', additionalAttributes: { seen: true } })
  })

  test('a way to be known that is added meanwhile is not lost', async () => {
    const { stack, accountId, inboxId, ada, bob, whileOpen, merge, queries } = await start()
    await using _ = stack
    const sourceId = fresh('igsid')
    await whileOpen(
      (tx) => tx.contacts.enter({ accountId, inboxId, contactId: bob.contactId, sourceId, clientAccess: null, at: noon }),
      [merge],
    )
    const known = (await queries.contact(accountId, ada.contactId))?.contactInboxes.map((entry) => entry.sourceId)
    expect(known?.toSorted()).toEqual([ada.sourceId, bob.sourceId, sourceId].toSorted())
  })
})
