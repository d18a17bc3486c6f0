import { expect, test } from 'vitest'
import type { Tx } from '#application/ports/unit-of-work.ts'
import { noTemplates } from '#domain/conversation/templates.ts'
import { commit, detailsBy, fresh, noon, openOffice } from './scenario.ts'
import { type OpenSubject, shared } from './subject.ts'

export const inboxesContract = (open: OpenSubject): void => {
  const subject = shared(open)
  const run = <T>(work: (tx: Tx) => Promise<T>): Promise<T> => commit(subject().unitOfWork, work)
  const insert = (accountId: number, userId: number, channelKey: string) =>
    run((tx) => tx.inboxes.insert({ accountId, name: 'Inbox', at: noon, channel: 'instagram', channelKey }, detailsBy(userId)))

  test('a new inbox is connected and found by the key of its provider account', async () => {
    const { accountId, inboxId, channelKey } = await openOffice(subject())
    const key = { channel: 'instagram', channelKey }
    const inbox = { inboxId, accountId, ...key, state: 'connected', lockToSingleConversation: false, templates: null }
    const others = [
      { channel: 'instagram', channelKey: 'nobody' },
      { channel: 'telegram', channelKey },
    ]
    expect(await run((tx) => tx.inboxes.byChannelKeys([...others, key, key]))).toEqual([inbox])
    expect(await run((tx) => tx.inboxes.ofAccount(accountId, key))).toEqual(inbox)
    expect(await run((tx) => tx.inboxes.find(accountId, inboxId))).toEqual(inbox)
    expect(
      await run((tx) =>
        tx.inboxes.findAll([
          { accountId, inboxId },
          { accountId, inboxId },
        ]),
      ),
    ).toEqual([inbox])
    expect(await run((tx) => tx.inboxes.findAll([{ accountId: accountId + 1, inboxId }]))).toEqual([])
    expect(await run((tx) => tx.inboxes.byChannelKeys([]))).toEqual([])
  })

  test('keeps where the account’s own software hears of it, and whether it has one conversation for each person', async () => {
    const { accountId, userId, inboxId } = await openOffice(subject())
    const bridge = { accountId, name: 'Bridge', at: noon, channel: 'api', channelKey: fresh('identifier') }
    const webhookUrl = 'https://bridge.example/in?token=x'
    const id = await run((tx) =>
      tx.inboxes.insert({ ...bridge, webhookUrl, lockToSingleConversation: true, replyHours: 12 }, detailsBy(userId)),
    )
    expect(await subject().queries.inbox(accountId, id!)).toMatchObject({ webhookUrl, lockToSingleConversation: true, replyHours: 12 })
    expect(await run((tx) => tx.inboxes.find(accountId, id!))).toMatchObject({ channel: 'api', lockToSingleConversation: true })
    expect(await subject().queries.inbox(accountId, inboxId)).toMatchObject({ webhookUrl: null, lockToSingleConversation: false })
  })

  test('keeps what the account chose for it, and whoever applies events finds it there', async () => {
    const { accountId, inboxId, channelKey } = await openOffice(subject())
    const foreign = await openOffice(subject())
    const usual = {
      name: expect.any(String),
      lockToSingleConversation: false,
      webhookUrl: null,
      replyHours: null,
      hmacMandatory: false,
      ...noTemplates,
    }
    expect(await run((tx) => tx.inboxes.settings(accountId, inboxId))).toEqual(usual)
    expect(await run((tx) => tx.inboxes.settings(foreign.accountId, inboxId))).toBeUndefined()
    const templates = { ...noTemplates, greetingEnabled: true, greetingMessage: 'Grüße 👋 \u0000!', timezone: 'Asia/Kathmandu' }
    const other = { name: 'Other', lockToSingleConversation: true, webhookUrl: 'https://x.example/y', replyHours: 48, hmacMandatory: true }
    const chosen = { ...templates, ...other }
    await run((tx) => tx.inboxes.saveSettings(foreign.accountId, inboxId, chosen))
    expect(await run((tx) => tx.inboxes.settings(accountId, inboxId))).toEqual(usual)
    await run((tx) => tx.inboxes.saveSettings(accountId, inboxId, chosen))
    const kept = { ...templates, greetingMessage: 'Grüße 👋 \ufffd!' }
    expect(await run((tx) => tx.inboxes.settings(accountId, inboxId))).toEqual({ ...chosen, ...kept })
    const [found] = await run((tx) => tx.inboxes.byChannelKeys([{ channel: 'instagram', channelKey }]))
    expect(found).toMatchObject({ lockToSingleConversation: true, templates: kept })
    expect(await subject().queries.inbox(accountId, inboxId)).toMatchObject({
      ...{ name: 'Other', replyHours: 48, hmacMandatory: true, templates: kept },
    })
  })

  test('keeps which permissions were granted, or that nobody said so', async () => {
    const { accountId, userId } = await openOffice(subject())
    const inbox = { accountId, name: 'Inbox', at: noon, channel: 'instagram', channelKey: fresh('key') }
    const id = await run((tx) => tx.inboxes.insert(inbox, { ...detailsBy(userId), permissions: null }))
    const permissions = async () => (await subject().queries.inbox(accountId, id!))?.connection?.permissions
    expect(await permissions()).toBe(null)
    await run((tx) => tx.inboxes.setPermissions(id!, ['a "b", c']))
    expect(await permissions()).toEqual(['a "b", c'])
    await run((tx) => tx.inboxes.reconnect(id!, { ...detailsBy(userId), permissions: null }))
    expect(await permissions()).toBe(null)
  })

  test('is nothing to another account', async () => {
    const { inboxId, channelKey } = await openOffice(subject())
    const { accountId } = await openOffice(subject())
    expect(await run((tx) => tx.inboxes.find(accountId, inboxId))).toBeUndefined()
    expect(await run((tx) => tx.inboxes.ofAccount(accountId, { channel: 'instagram', channelKey }))).toBeUndefined()
  })

  test('a provider account has one inbox that is not disconnected', async () => {
    const { inboxId, channelKey } = await openOffice(subject())
    const { accountId, userId } = await openOffice(subject())
    expect(await insert(accountId, userId, channelKey)).toBeUndefined()
    await run((tx) => tx.inboxes.setState(inboxId, 'reauthorization_required', 'expired'))
    expect(await insert(accountId, userId, channelKey)).toBeUndefined()
    await run((tx) => tx.inboxes.setState(inboxId, 'disconnected', null))
    const taken = await insert(accountId, userId, channelKey)
    expect(taken).toEqual(expect.any(Number))
    expect(await run((tx) => tx.inboxes.byChannelKeys([{ channel: 'instagram', channelKey }]))).toEqual([
      expect.objectContaining({ inboxId: taken }),
    ])
  })

  test('of 10 who connect the same provider account at once one succeeds, and nothing is left of the others', async () => {
    const { accountId, userId } = await openOffice(subject())
    const channelKey = fresh('key')
    const made = await Promise.all(Array.from({ length: 10 }, () => insert(accountId, userId, channelKey)))
    expect(made.filter((id) => id !== undefined)).toHaveLength(1)
    expect(await subject().queries.inboxes(accountId)).toHaveLength(2)
  })

  test('reconnecting takes the new details, unless another inbox has the provider account now', async () => {
    const { accountId, userId, inboxId, channelKey } = await openOffice(subject())
    const details = { ...detailsBy(userId), providerName: 'renamed' }
    await run((tx) => tx.inboxes.setState(inboxId, 'disconnected', 'gone'))
    expect(await run((tx) => tx.inboxes.reconnect(inboxId, details))).toBe(true)
    const connection = { channelKey, providerName: 'renamed', state: 'connected', lastError: null }
    expect((await subject().queries.inbox(accountId, inboxId))?.connection).toMatchObject(connection)
    await run((tx) => tx.inboxes.setState(inboxId, 'disconnected', null))
    const other = await openOffice(subject())
    await insert(other.accountId, other.userId, channelKey)
    const wrote = await run(async (tx) => [await tx.inboxes.reconnect(inboxId, details), await tx.accounts.removeTokens({ userId })])
    expect(wrote[0]).toBe(false)
    expect(await run((tx) => tx.inboxes.find(accountId, inboxId))).toMatchObject({ state: 'disconnected' })
  })

  test('the newest inbox of an account is the one that counts', async () => {
    const { accountId, userId, inboxId, channelKey } = await openOffice(subject())
    await run((tx) => tx.inboxes.setState(inboxId, 'disconnected', null))
    const newer = await insert(accountId, userId, channelKey)
    expect(await run((tx) => tx.inboxes.ofAccount(accountId, { channel: 'instagram', channelKey }))).toMatchObject({ inboxId: newer })
  })

  test('tells whether events are pushed, what went wrong, and when it last heard something', async () => {
    const { accountId, inboxId } = await openOffice(subject())
    const connection = async () => (await subject().queries.inbox(accountId, inboxId))?.connection
    await run((tx) => tx.inboxes.setSubscribed(inboxId, false, 'no permission'))
    expect(await connection()).toMatchObject({ webhooksSubscribed: false, lastError: 'no permission', lastEventAt: null })
    await run((tx) => tx.inboxes.setSubscribed(inboxId, true, null))
    await run((tx) => tx.inboxes.noteEvents(new Map([[inboxId, noon]])))
    await run((tx) => tx.inboxes.noteEvents(new Map([[inboxId, noon - 1]])))
    await run((tx) => tx.inboxes.noteEvents(new Map()))
    expect(await connection()).toMatchObject({ webhooksSubscribed: true, lastError: null, lastEventAt: noon })
  })

  test('each connected inbox is taken for a check of its subscription once in a while, sooner where the provider did not agree', async () => {
    const offices = await Promise.all(Array.from({ length: 5 }, () => openOffice(subject())))
    const ours = offices.map(({ inboxId }) => inboxId).toSorted((a, b) => a - b)
    const take = async (now: number, limit = 1000, kinds = ['instagram']) => {
      const which = { kinds, agreedBefore: now - 1000, refusedBefore: now - 100, now, limit }
      const taken = await run((tx) => tx.inboxes.takeSubscriptionChecks(which))
      return taken
        .map(({ inboxId }) => inboxId)
        .filter((id) => ours.includes(id))
        .toSorted((a, b) => a - b)
    }
    await run((tx) => tx.inboxes.setState(ours[0]!, 'disconnected', null))
    await run((tx) => tx.inboxes.setState(ours[1]!, 'reauthorization_required', null))
    expect(await take(noon, 1000, ['telegram'])).toEqual([])
    expect(await take(noon)).toEqual(ours.slice(2))
    await run((tx) => tx.inboxes.setSubscribed(ours[2]!, true, null))
    expect(await take(noon + 99)).toEqual([])
    expect(await take(noon + 100)).toEqual(ours.slice(3))
    expect(await take(noon + 1000)).toEqual(ours.slice(2))
    await run((tx) =>
      tx.inboxes.takeSubscriptionChecks({
        kinds: ['instagram'],
        agreedBefore: noon + 5000,
        refusedBefore: noon + 5000,
        now: noon + 9000,
        limit: 1000,
      }),
    )
    const shared = { kinds: ['instagram'], agreedBefore: noon + 9000, refusedBefore: noon + 9000, now: noon + 9500 }
    const [first, second] = await Promise.all([2, 2].map((limit) => run((tx) => tx.inboxes.takeSubscriptionChecks({ ...shared, limit }))))
    expect(new Set([...first!, ...second!].map(({ inboxId }) => inboxId)).size).toBe(4)
    expect(first?.[0]).toEqual({ accountId: expect.any(Number), inboxId: expect.any(Number) })
  })

  test('a provider account is found by either of its ids, in any state, with all who have or had it', async () => {
    const [one, two] = [await openOffice(subject()), await openOffice(subject())]
    const [channelKey, alternateKey] = [fresh('key'), fresh('alternate')]
    const inbox = (accountId: number) => ({ accountId, name: 'Inbox', at: noon, channel: 'instagram', channelKey })
    const first = await run((tx) => tx.inboxes.insert(inbox(one.accountId), { ...detailsBy(one.userId), alternateKey }))
    await run((tx) => tx.inboxes.setState(first!, 'disconnected', null))
    const second = await run((tx) => tx.inboxes.insert(inbox(two.accountId), { ...detailsBy(two.userId), connectedAt: noon + 5 }))
    const find = async (key: string, channel = 'instagram') =>
      (await run((tx) => tx.inboxes.ofProviderAccount(channel, key))).map(({ inboxId, connectedAt, state }) => [
        inboxId,
        connectedAt,
        state,
      ])
    expect(await find(channelKey)).toEqual([
      [first, noon, 'disconnected'],
      [second, noon + 5, 'connected'],
    ])
    expect(await find(alternateKey)).toEqual([[first, noon, 'disconnected']])
    expect([await find('nobody'), await find(channelKey, 'telegram')]).toEqual([[], []])
  })

  test('one that is cut has no token and expects no events; its owner is forgotten only then', async () => {
    const { accountId, inboxId, channelKey } = await openOffice(subject())
    await run((tx) =>
      tx.credentials.save(
        { inboxId, accountId },
        { sealed: 's', issuedAt: noon, expiresAt: noon + 1, refreshAt: noon, failures: 0, warnedDays: null },
      ),
    )
    await run((tx) => tx.inboxes.setSubscribed(inboxId, true, null))
    await run((tx) => tx.inboxes.forgetOwner(inboxId))
    const connection = async () => (await subject().queries.inbox(accountId, inboxId))?.connection
    expect(await connection()).toMatchObject({ providerName: 'shop' })
    await run((tx) => tx.inboxes.cut(inboxId, 'Taken away.'))
    const cut = { state: 'disconnected', webhooksSubscribed: false, lastError: 'Taken away.', tokenExpiresAt: null }
    expect(await connection()).toMatchObject({ ...cut, channelKey, providerName: 'shop' })
    expect(await run((tx) => tx.credentials.findAll([{ accountId, inboxId }]))).toEqual([])
    await run((tx) => tx.inboxes.forgetOwner(inboxId))
    expect(await connection()).toMatchObject({ channelKey, providerName: '' })
  })

  test('is locked by its own account only, and a state can change without what went wrong', async () => {
    const { accountId, inboxId, channelKey } = await openOffice(subject())
    const other = await openOffice(subject())
    expect(await run((tx) => tx.inboxes.lock(other.accountId, inboxId))).toBeUndefined()
    expect(await run((tx) => tx.inboxes.lock(accountId, inboxId))).toMatchObject({ inboxId, channelKey, state: 'connected' })
    await run((tx) => tx.inboxes.setState(inboxId, 'refresh_failing', 'why'))
    await run((tx) => tx.inboxes.setState(inboxId, 'connected'))
    expect((await subject().queries.inbox(accountId, inboxId))?.connection).toMatchObject({ state: 'connected', lastError: 'why' })
  })
}
