import { expect, test } from 'vitest'
import type { ConversationFilter } from '#application/ports/queries.ts'
import { unknownPerson } from '../support/unknown-person.ts'
import { commit, converse, incoming, meet, newConversation, noon, type Office, openOffice, outgoing } from './scenario.ts'
import { type OpenSubject, shared } from './subject.ts'

const all: ConversationFilter = { status: 'all', page: 1 }

export const conversationQueriesContract = (open: OpenSubject): void => {
  const subject = shared(open)
  const list = async ({ accountId }: Office, filter: Partial<ConversationFilter> = {}, me: number | null = null) => {
    const { counts, page } = await subject().queries.conversations(accountId, { ...all, ...filter }, me)
    return { counts, ids: page.map(({ id }) => id) }
  }

  test('a view has its contact, its inbox, its assignee and its last message', async () => {
    const office = await openOffice(subject())
    const someone = await meet(subject(), office)
    const clocks = {
      lastIncomingAt: noon + 1,
      lastReplyAt: noon + 2,
      firstReplyAt: noon + 3,
      waitingSince: noon + 4,
      lastActivityAt: noon + 5,
      startedAt: noon - 6,
      readUntil: noon + 8,
    }
    const wanted = newConversation(someone, { ...clocks, status: 'snoozed' })
    const [conversation] = await commit(subject().unitOfWork, (tx) => tx.conversations.insert([wanted]))
    const { id, displayId } = conversation!
    const messages = [outgoing(conversation!, noon + 9), incoming(conversation!, noon)]
    const [last] = await commit(subject().unitOfWork, (tx) => tx.messages.insert(messages))
    await subject().assign(id, office.userId)
    await commit(subject().unitOfWork, (tx) => tx.contacts.noteActivity(new Map([[someone.contactId, noon + 7]])))
    const nothing = { snoozedUntil: null, agentLastSeenAt: null, assigneeLastSeenAt: null, contactLastSeenAt: noon + 8, priority: null }
    const contact = { id: someone.contactId, name: someone.name, ...unknownPerson, avatarId: null }
    expect(await subject().queries.conversation(office.accountId, displayId)).toEqual({
      ...{
        id,
        displayId,
        uuid: wanted.uuid,
        accountId: office.accountId,
        inboxId: office.inboxId,
        channel: 'instagram',
        replyHours: null,
        status: 'snoozed',
      },
      assignee: { id: office.userId, name: 'Ada', email: expect.stringContaining('@example.com') },
      contact: { ...contact, lastActivityAt: noon + 7, createdAt: noon },
      contactInbox: { id: someone.id, sourceId: someone.sourceId, isProven: false },
      ...{ lastIncomingAt: noon + 1, lastActivityAt: noon + 5, waitingSince: noon + 4, firstReplyAt: noon + 3, createdAt: noon - 6 },
      ...nothing,
      ...{ additionalAttributes: {}, customAttributes: {} },
      unreadCount: 1,
      lastMessage: await subject().queries.message(office.accountId, last!),
    })
  })

  test('are listed by their newest activity, 25 a page', async () => {
    const office = await openOffice(subject())
    const someone = await meet(subject(), office)
    const wanted = Array.from({ length: 30 }, (_, n) => newConversation(someone, { lastActivityAt: noon + (n % 10) }))
    const made = await commit(subject().unitOfWork, (tx) => tx.conversations.insert(wanted))
    const inOrder = made.toSorted((a, b) => b.lastActivityAt - a.lastActivityAt || b.id - a.id).map(({ id }) => id)
    expect((await list(office)).ids).toEqual(inOrder.slice(0, 25))
    expect((await list(office, { page: 2 })).ids).toEqual(inOrder.slice(25))
    expect((await list(office, { page: 3 })).ids).toEqual([])
    expect((await list(office, { page: 0 })).ids).toEqual(inOrder.slice(0, 25))
  })

  test('can be filtered by status, inbox, person and assignee; counts look past the assignee', async () => {
    const office = await openOffice(subject())
    const mate = await openOffice(subject())
    const open1 = await converse(subject(), office, { lastActivityAt: noon + 3 })
    const open2 = await converse(subject(), office, { lastActivityAt: noon + 2 })
    const resolved = await converse(subject(), office, { status: 'resolved', lastActivityAt: noon + 1 })
    await subject().assign(open1.id, office.userId)
    await subject().assign(resolved.id, mate.userId)
    const everything = { mine: 1, assigned: 2, unassigned: 1, all: 3 }
    expect(await list(office, {}, office.userId)).toEqual({ counts: everything, ids: [open1.id, open2.id, resolved.id] })
    const me = { type: 'me', userId: office.userId } as const
    expect(await list(office, { assignee: me }, office.userId)).toEqual({ counts: everything, ids: [open1.id] })
    expect((await list(office, { assignee: { type: 'assigned' } })).ids).toEqual([open1.id, resolved.id])
    expect((await list(office, { assignee: { type: 'unassigned' } })).ids).toEqual([open2.id])
    expect((await list(office, { assignee: { type: 'all' } })).ids).toHaveLength(3)
    expect(await list(office, { status: 'open' }, null)).toEqual({
      counts: { mine: 0, assigned: 1, unassigned: 1, all: 2 },
      ids: [open1.id, open2.id],
    })
    expect((await list(office, { inboxId: mate.inboxId })).ids).toEqual([])
    expect((await list(office, { inboxId: office.inboxId })).ids).toHaveLength(3)
    const { contactInbox } = (await subject().queries.conversation(office.accountId, open2.displayId))!
    expect((await list(office, { sourceId: contactInbox.sourceId })).ids).toEqual([open2.id])
  })

  test('unread is what came in after an agent last looked, up to 10', async () => {
    const office = await openOffice(subject())
    const conversation = await converse(subject(), office)
    const messages = Array.from({ length: 13 }, (_, n) => incoming(conversation, noon + n))
    await commit(subject().unitOfWork, (tx) => tx.messages.insert([...messages, outgoing(conversation, noon + 50)]))
    const unread = async () => (await subject().queries.conversation(office.accountId, conversation.displayId))?.unreadCount
    expect(await unread()).toBe(10)
    await subject().markSeen(conversation.id, noon + 10)
    expect(await unread()).toBe(2)
  })

  test('of a contact are the newest 20', async () => {
    const office = await openOffice(subject())
    const someone = await meet(subject(), office)
    await converse(subject(), office)
    const wanted = Array.from({ length: 22 }, (_, n) => newConversation(someone, { lastActivityAt: noon + n }))
    const made = await commit(subject().unitOfWork, (tx) => tx.conversations.insert(wanted))
    const read = await subject().queries.contactConversations(office.accountId, someone.contactId)
    expect(read.map(({ id }) => id)).toEqual(
      made
        .map(({ id }) => id)
        .toReversed()
        .slice(0, 20),
    )
    expect(read[0]?.lastMessage).toBeNull()
  })

  test('are nothing to another account', async () => {
    const conversation = await converse(subject(), await openOffice(subject()))
    const foreign = await openOffice(subject())
    expect(await subject().queries.conversation(foreign.accountId, conversation.displayId)).toBeUndefined()
    expect(await subject().queries.contactConversations(foreign.accountId, conversation.contactId)).toEqual([])
    expect(await list(foreign)).toEqual({ counts: { mine: 0, assigned: 0, unassigned: 0, all: 0 }, ids: [] })
  })
}
