import { describe, expect, test } from 'vitest'
import type { WantedContact } from '#application/ports/contacts.ts'
import type { Tx } from '#application/ports/unit-of-work.ts'
import { event } from './intake.contract.ts'
import { commit, fresh, incoming, meet, newConversation, noon, type Office, openOffice, storeEvents, textPart } from './scenario.ts'
import { type OpenSubject, shared } from './subject.ts'

export const meetingContract = (open: OpenSubject): void => {
  const subject = shared(open)
  const run = <T>(work: (tx: Tx) => Promise<T>): Promise<T> => commit(subject().unitOfWork, work)
  const wanted = ({ accountId, inboxId }: Office, sourceId: string): WantedContact => ({
    ...{ accountId, inboxId, sourceId },
    name: `Unknown (IG: ${sourceId})`,
    at: noon,
  })

  describe('what is known of messages that come in', () => {
    test('is their people, made where missing, the conversations these are in, and the messages that are there', async () => {
      const [office, elsewhere] = [await openOffice(subject()), await openOffice(subject())]
      const [ada, bob, other] = [await meet(subject(), office), await meet(subject(), office), await meet(subject(), office)]
      const conversations = [
        newConversation(ada),
        newConversation(ada),
        newConversation(ada, { status: 'resolved' }),
        newConversation(other),
      ]
      const [, open, resolved] = await run((tx) => tx.conversations.insert(conversations))
      const [there, missing] = [fresh('mid'), fresh('mid')]
      await run((tx) => tx.messages.insert([incoming(open!, noon, { parts: [textPart(there, 'received')] })]))

      const stranger = fresh('igsid')
      const { inboxId } = office
      const known = await run((tx) =>
        tx.intake.meet(
          [ada.sourceId, bob.sourceId, stranger].map((sourceId) => wanted(office, sourceId)),
          [
            { inboxId, externalId: missing },
            { inboxId, externalId: there },
            { inboxId: elsewhere.inboxId, externalId: there },
          ],
        ),
      )
      expect(known.people.slice(0, 2)).toEqual([ada, bob])
      expect(known.people[2]).toMatchObject({ sourceId: stranger, inboxId, accountId: office.accountId })
      expect(known.people).toHaveLength(3)
      expect(known.candidates.map(({ id }) => id)).toEqual([resolved!.id, open!.id])
      expect(known.candidates[1]).toEqual(open)
      expect(known.messages).toEqual([{ inboxId, externalId: there }])
      expect(await run((tx) => tx.contacts.ensure([wanted(office, stranger)]))).toEqual([known.people[2]])
    })

    test('is nothing of an inbox of another account, nor of nobody', async () => {
      const [office, elsewhere] = [await openOffice(subject()), await openOffice(subject())]
      const crossed = { ...wanted(office, fresh('igsid')), inboxId: elsewhere.inboxId }
      expect(await run((tx) => tx.intake.meet([crossed], []))).toEqual({ people: [], candidates: [], messages: [] })
      expect(await run((tx) => tx.intake.meet([], []))).toEqual({ people: [], candidates: [], messages: [] })
    })

    test('has people with ids that no database can hold as the text that stands for them', async () => {
      const office = await openOffice(subject())
      const sourceId = fresh('igsid')
      const { people } = await run((tx) => tx.intake.meet([wanted(office, `${sourceId}\0`)], []))
      expect(people.map((person) => person.sourceId)).toEqual([`${sourceId}\ufffd`])
    })
  })

  test('a claimed event comes with the inbox that is connected to its account', async () => {
    const office = await openOffice(subject())
    const inbox = await run((tx) => tx.inboxes.byId(office.inboxId))
    const contactKey = fresh('igsid')
    const accounts = [office.channelKey, fresh('nobody')]
    const claim = async () => {
      const events = await run((tx) => tx.intake.claim(1000, noon))
      return events.filter((each) => each.contactKey === contactKey).map((each) => each.inbox)
    }
    await storeEvents(
      subject().unitOfWork,
      accounts.map((accountKey) => event(contactKey, { accountKey })),
    )
    expect(await claim()).toEqual([inbox, null])
    await run((tx) => tx.inboxes.cut(office.inboxId, null))
    expect(await claim()).toEqual([null, null])
  })
}
