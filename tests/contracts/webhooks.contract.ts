import { describe, expect, test } from 'vitest'
import type { InboxRef } from '#application/ports/credentials.ts'
import { incoming, noon, outgoing } from './scenario.ts'
import { type OpenSubject, shared } from './subject.ts'
import { failed, webhookScenario } from './webhook-scenario.ts'

export const webhooksContract = (open: OpenSubject): void => {
  const subject = shared(open)
  const { run, openBridge, talk, tell, take, settle } = webhookScenario(subject)

  describe('a scene', () => {
    test('is how things stand in this very transaction, without what only colleagues see', async () => {
      const office = await openBridge()
      const conversation = await talk(office)
      const { accountId, id: conversationId } = conversation
      const scenes = await run(async (tx) => {
        const [first] = await tx.messages.insert([
          incoming(conversation, noon),
          outgoing(conversation, noon + 1, { private: true, content: 'a note' }),
          outgoing(conversation, noon + 2, { type: 'activity', content: 'resolved' }),
        ])
        await tx.conversations.saveActivity([{ ...conversation, status: 'resolved' }])
        const ref = { accountId, conversationId }
        return tx.webhooks.scenes([
          { ...ref, messageId: first! },
          ref,
          { ...ref, messageId: 987_654_321 },
          { accountId: accountId + 1, conversationId },
        ])
      })
      const scene = { account: { id: accountId }, inbox: { id: office.inboxId, name: 'Bridge' }, conversation: { status: 'resolved' } }
      expect(scenes).toMatchObject([{ ...scene, message: { content: 'hello' } }, scene, undefined, undefined])
      expect(scenes[0]?.conversation.lastMessage).toMatchObject({ id: scenes[0]?.message?.id })
      expect(scenes[1]).not.toHaveProperty('message')
    })

    test('there is none where nobody listens', async () => {
      const { accountId, ...rest } = await openBridge({ isListening: false })
      const conversation = await talk({ accountId, inboxId: rest.inboxId })
      const listening = await talk(await openBridge())
      const refs = [conversation, listening].map((each) => ({ accountId: each.accountId, conversationId: each.id }))
      expect(await run((tx) => tx.webhooks.scenes(refs))).toMatchObject([undefined, { conversation: { id: listening.id } }])
      expect(await run((tx) => tx.webhooks.scenes([]))).toEqual([])
    })
  })

  test('what is taken brings where it goes, and what signs it, as they are by then', async () => {
    const office = await openBridge()
    const { accountId, inboxId, channelKey } = office
    for (let n = 0; n < 3; n++) await tell(await talk(office))
    const target = async () => (await take(office, { most: 1 }))[0]?.target
    const secret = { accountId, inboxId, kind: 'webhook' as const }
    const unmade = { ...secret, sealed: null, context: `webhook:api:${channelKey}` }
    expect(await target()).toEqual({ url: 'https://bridge.example/in', goneAt: null, secret: unmade })
    await run((tx) => tx.inboxSecrets.replace({ ...secret, kind: 'hmac' }, 'another'))
    await run((tx) => tx.inboxSecrets.replace(secret, 'sealed'))
    await run((tx) => tx.webhooks.markGone(office, 'https://bridge.example/in', noon))
    expect(await target()).toEqual({ url: 'https://bridge.example/in', goneAt: noon, secret: { ...unmade, sealed: 'sealed' } })
    const settings = await run((tx) => tx.inboxes.settings(accountId, inboxId))
    await run((tx) => tx.inboxes.saveSettings(accountId, inboxId, { ...settings!, webhookUrl: null }))
    expect(await target()).toMatchObject({ url: null })
  })

  test('an inbox’s own software listens at one address', async () => {
    const office = await openBridge()
    const deaf = await openBridge({ isListening: false })
    const listensAt = (ref: InboxRef, url = 'https://bridge.example/in') => run((tx) => tx.webhooks.listensAt(ref, url))
    expect([await listensAt(office), await listensAt(office, 'https://elsewhere.example/')]).toEqual([true, false])
    expect([await listensAt({ ...office, accountId: office.accountId + 1 }), await listensAt(deaf)]).toEqual([false, false])
  })

  test('an address is gone once, and only the one that is meant', async () => {
    const office = await openBridge()
    const mark = (url: string, at: number) => run((tx) => tx.webhooks.markGone(office, url, at))
    const goneAt = async () => (await subject().queries.inbox(office.accountId, office.inboxId))?.webhookGoneAt
    expect([await mark('https://elsewhere.example/', noon), await goneAt()]).toEqual([false, null])
    expect([await mark('https://bridge.example/in', noon), await mark('https://bridge.example/in', noon + 1)]).toEqual([true, false])
    expect(await goneAt()).toBe(noon)
    await run((tx) => tx.webhooks.welcome({ ...office, accountId: office.accountId + 1 }, noon))
    expect(await goneAt()).toBe(noon)
    await run((tx) => tx.webhooks.welcome(office, noon))
    expect(await goneAt()).toBeNull()
  })

  test('what waits for its next try is due where its address is welcome again, and nothing elsewhere', async () => {
    const [office, other] = [await openBridge(), await openBridge()]
    for (const each of [office, other]) {
      await tell(await talk(each))
      const [taken] = await take(each)
      await settle(taken!, { ...failed, state: 'pending', dueAt: noon + 90_000 })
    }
    await run((tx) => tx.webhooks.welcome(office, noon + 10))
    expect(await take(office, { now: noon + 9 })).toEqual([])
    expect(await take(office, { now: noon + 10 })).toHaveLength(1)
    expect(await take(other, { now: noon + 89_999 })).toEqual([])
  })
}
