import { expect, test } from 'vitest'
import type { ChannelEvent, ReceivedComment } from '#application/intake/channel-event.ts'
import { commit, converse, fresh, noon, type Office, openOffice, outgoing, storeEvents, textPart } from './scenario.ts'
import { type OpenSubject, shared } from './subject.ts'

export const commentsContract = (open: OpenSubject): void => {
  const subject = shared(open)

  /** Somebody writes below a post, `at` ms after noon. */
  const comment = (accountKey: string, at: number, payload: Partial<ReceivedComment> = {}, contactKey = 'ada'): ChannelEvent => ({
    kind: 'comment-received',
    channel: 'instagram',
    accountKey,
    contactKey,
    dedupeKey: fresh('comment'),
    occurredAt: noon + at,
    payload: { raw: {}, externalId: fresh('179'), username: 'ada.reads', text: 'Nice', mediaId: '1', parentId: null, ...payload },
  })
  const receive = (...events: ChannelEvent[]) => storeEvents(subject().unitOfWork, events)
  const list = ({ accountId, inboxId }: Pick<Office, 'accountId' | 'inboxId'>, page = 1) =>
    subject().queries.comments(accountId, inboxId, page)

  test('are listed newest first, each once, with whether they were answered', async () => {
    const office = await openOffice(subject())
    const { channelKey } = office
    const [first, second] = [fresh('179'), fresh('179')]
    const plain = { username: null, text: null, mediaId: null, parentId: first }
    await receive(comment(channelKey, 1, { externalId: first }), comment(channelKey, 3, { externalId: second, ...plain }, 'bob'))
    await receive(comment(channelKey, 1, { externalId: first }), comment(channelKey, 3, { externalId: second, ...plain }, 'bob'))
    const answer = { ...textPart(null, 'queued'), payload: { comment: { id: first, until: noon } } }
    const conversation = await converse(subject(), office)
    await commit(subject().unitOfWork, (tx) => tx.messages.insert([outgoing(conversation, noon, { parts: [answer] })]))
    expect(await list(office)).toEqual([
      { id: second, contactKey: 'bob', ...plain, occurredAt: noon + 3, isAnswered: false },
      {
        ...{ id: first, contactKey: 'ada', username: 'ada.reads', text: 'Nice', mediaId: '1', parentId: null },
        ...{ occurredAt: noon + 1, isAnswered: true },
      },
    ])
  })

  test('are those of other people, in this inbox of this account, as long as it is connected', async () => {
    const [office, elsewhere] = [await openOffice(subject()), await openOffice(subject())]
    const { channelKey, inboxId } = office
    const id = fresh('179')
    await receive(
      comment(channelKey, 1, { externalId: id }),
      comment(channelKey, 2, {}, channelKey),
      comment(channelKey, 3, {}, ''),
      comment(channelKey, 4, { externalId: '' }),
      { ...comment(channelKey, 5), channel: 'telegram' },
      comment(elsewhere.channelKey, 6),
    )
    expect((await list(office)).map((found) => found.id)).toEqual([id])
    expect(await list({ accountId: elsewhere.accountId, inboxId })).toEqual([])
    await commit(subject().unitOfWork, (tx) => tx.inboxes.setState(inboxId, 'disconnected'))
    expect(await list(office)).toEqual([])
  })

  test('come 25 a page', async () => {
    const office = await openOffice(subject())
    const events = Array.from({ length: 30 }, (_, n) => comment(office.channelKey, n % 4))
    await receive(...events)
    const [first, second, third] = [await list(office), await list(office, 2), await list(office, 3)]
    expect([first.length, second.length, third.length]).toEqual([25, 5, 0])
    const ids = events.toReversed().toSorted((a, b) => b.occurredAt - a.occurredAt)
    expect([...first, ...second].map(({ id }) => id)).toEqual(ids.map(({ payload }) => 'externalId' in payload && payload.externalId))
  })
}
