import { expect, test } from 'vitest'
import type { ClaimedGapFill, GapFillNews } from '#application/ports/gap-fills.ts'
import type { Tx } from '#application/ports/unit-of-work.ts'
import type { GapFill } from '#domain/inbox/gap-fill.ts'
import { commit, fresh, incoming, meet, newConversation, noon, openOffice, textPart } from './scenario.ts'
import { type OpenSubject, shared } from './subject.ts'

export const gapFillsContract = (open: OpenSubject): void => {
  const subject = shared(open)
  const run = <T>(work: (tx: Tx) => Promise<T>): Promise<T> => commit(subject().unitOfWork, work)

  const withToken = async () => {
    const office = await openOffice(subject())
    const { accountId, inboxId } = office
    const token = { sealed: 'envelope', issuedAt: noon, expiresAt: noon + 10, refreshAt: noon + 5, failures: 0, warnedDays: null }
    await run((tx) => tx.credentials.save({ accountId, inboxId }, token))
    const claim = (now: number, until = now + 100) => run((tx) => tx.gapFills.claim({ accountId, inboxId }, now, until))
    const ask = (at: number) => run((tx) => tx.gapFills.ask({ accountId, inboxId }, at))
    const save = (claimed: ClaimedGapFill | undefined, fill: GapFill, news: GapFillNews = { error: null }) =>
      run((tx) => tx.gapFills.save(claimed!, fill, news))
    const due = async (now: number, kinds = ['instagram']) => {
      const all = await run((tx) => tx.gapFills.due(kinds, now, 10_000))
      return all.filter((each) => each.inboxId === inboxId)
    }
    const told = async () => (await subject().queries.inbox(accountId, inboxId))?.connection?.gapFill
    return { ...office, claim, ask, save, due, told }
  }

  const between: GapFill = { dueAt: noon, filledUntil: null, pass: null, failures: 0 }
  const underWay: GapFill = { ...between, pass: { begunAt: noon, cursor: 'page 2', pages: 1, missed: 3 } }

  test('an inbox is due when it was asked for, and not before', async () => {
    const { accountId, inboxId, ask, due, told } = await withToken()
    expect(await due(noon + 1e9)).toEqual([])
    expect(await told()).toEqual({ lookedAt: null, missed: 0, missedAt: null, error: null })
    await ask(noon)
    expect(await due(noon - 1)).toEqual([])
    expect(await due(noon)).toEqual([{ accountId, inboxId, dueAt: noon }])
    expect(await due(noon, ['telegram'])).toEqual([])
    await run((tx) => tx.inboxes.setState(inboxId, 'reauthorization_required'))
    expect(await due(noon)).toEqual([])
  })

  test('what is due is told in pages, longest due first', async () => {
    const [first, second] = [await withToken(), await withToken()]
    await first.ask(noon - 1e12)
    await second.ask(noon - 1e12 - 1)
    const page = (after?: { accountId: number; inboxId: number; dueAt: number }) =>
      run((tx) => tx.gapFills.due(['instagram'], noon - 1e12, 1, after))
    const [one] = await page()
    const [two] = await page(one)
    expect([one?.inboxId, two?.inboxId]).toEqual([second.inboxId, first.inboxId])
    expect(await page(two)).toEqual([])
  })

  test('one at a time has it, with both ids of its account; after its time another one may', async () => {
    const { accountId, inboxId, channelKey, ask, claim, due } = await withToken()
    expect(await claim(noon)).toBeUndefined()
    await ask(noon)
    expect(await claim(noon - 1)).toBeUndefined()
    expect(await claim(noon)).toEqual({
      fill: between,
      until: noon + 100,
      inbox: { inboxId, accountId, channel: 'instagram', channelKey, state: 'connected', lockToSingleConversation: false, templates: null },
      alternateKey: null,
    })
    expect(await claim(noon + 99)).toBeUndefined()
    expect(await due(noon + 99)).toEqual([])
    expect(await due(noon + 100)).toHaveLength(1)
    expect(await claim(noon + 100)).toBeDefined()
  })

  test('10 who claim at once: one has it', async () => {
    const { ask, claim } = await withToken()
    await ask(noon)
    const claims = await Promise.all(Array.from({ length: 10 }, () => claim(noon)))
    expect(claims.filter((claimed) => claimed !== undefined)).toHaveLength(1)
  })

  test('nobody has one of another account, without a token, or that may not call', async () => {
    const { inboxId, ask, claim } = await withToken()
    const other = await openOffice(subject())
    await ask(noon)
    const steal = (accountId: number, id: number) => run((tx) => tx.gapFills.claim({ accountId, inboxId: id }, noon, noon + 1))
    expect(await steal(other.accountId, inboxId)).toBeUndefined()
    await run((tx) => tx.gapFills.ask({ accountId: other.accountId, inboxId }, noon - 5))
    await run((tx) => tx.gapFills.ask(other, noon))
    expect(await steal(other.accountId, other.inboxId)).toBeUndefined()
    await run((tx) => tx.inboxes.setState(inboxId, 'disconnected'))
    expect(await claim(noon)).toBeUndefined()
    await run((tx) => tx.inboxes.setState(inboxId, 'refresh_failing'))
    expect((await claim(noon))?.fill.dueAt).toBe(noon)
  })

  test('goes on where it stood, and tells what it found', async () => {
    const { ask, claim, save, told } = await withToken()
    await ask(noon)
    await save(await claim(noon), { ...underWay, dueAt: noon + 5 })
    const second = await claim(noon + 5)
    expect(second?.fill).toEqual({ ...underWay, dueAt: noon + 5 })
    const done = { dueAt: noon + 50, filledUntil: noon, pass: null, failures: 0 }
    await save(second, done, { error: null, ended: { at: noon + 6, missed: 3 } })
    expect(await told()).toEqual({ lookedAt: noon + 6, missed: 3, missedAt: noon + 6, error: null })
    const third = await claim(noon + 50)
    expect(third?.fill).toEqual(done)
    await save(third, { ...done, dueAt: noon + 99 }, { error: null, ended: { at: noon + 51, missed: 0 } })
    expect(await told()).toEqual({ lookedAt: noon + 51, missed: 3, missedAt: noon + 6, error: null })
    await save(await claim(noon + 99), { ...done, dueAt: noon + 500, failures: 1 }, { error: 'No.' })
    expect(await told()).toMatchObject({ lookedAt: noon + 51, error: 'No.' })
    expect((await claim(noon + 500))?.fill.failures).toBe(1)
  })

  test('what is asked for while somebody reads stays asked for; who lost the claim changes nothing', async () => {
    const { ask, claim, save, due } = await withToken()
    await ask(noon)
    const first = await claim(noon)
    await ask(noon + 20)
    await save(first, { ...between, dueAt: noon + 5000, filledUntil: noon })
    expect(await due(noon + 20)).toHaveLength(1)
    const late = await claim(noon + 20)
    const other = await claim(noon + 200)
    await save(late, { ...between, dueAt: noon + 9000 })
    expect(await claim(noon + 250)).toBeUndefined()
    await save(other, { ...between, dueAt: noon + 600, filledUntil: noon + 200 })
    expect((await claim(noon + 600))?.fill.filledUntil).toBe(noon + 200)
  })

  test('known messages are told by their external ids, in their inbox', async () => {
    const office = await openOffice(subject())
    const someone = await meet(subject(), office)
    const externalId = fresh('mid')
    const attributes = { reactions: [{ emoji: '👍', sender: 'contact' }] }
    await run(async (tx) => {
      const [conversation] = await tx.conversations.insert([newConversation(someone, { seenUntil: noon + 3 })])
      const changes = { parts: [textPart(externalId, 'received')], contentAttributes: attributes }
      await tx.messages.insert([incoming(conversation!, noon, changes)])
    })
    const known = (inboxId: number, ...ids: string[]) => run((tx) => tx.messages.known(ids.map((id) => ({ inboxId, externalId: id }))))
    const message = { externalId, contentAttributes: attributes, createdAt: noon }
    expect(await known(office.inboxId, externalId, externalId, fresh('mid'))).toEqual([message])
    expect(await known((await openOffice(subject())).inboxId, externalId)).toEqual([])
    expect(await known(office.inboxId)).toEqual([])
    const [seen] = await subject().queries.contactConversations(office.accountId, someone.contactId)
    expect(seen).toMatchObject({ agentLastSeenAt: noon + 3, unreadCount: 0 })
  })
}
