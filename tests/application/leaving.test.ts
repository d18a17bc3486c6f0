import { describe, expect, test } from 'vitest'
import { createDeauthorizeAccount } from '#application/inboxes/deauthorize-account.ts'
import { createDisconnectInbox } from '#application/inboxes/disconnect-inbox.ts'
import { createEndSubscription } from '#application/inboxes/end-subscription.ts'
import { createOpenAccess } from '#application/inboxes/open-access.ts'
import { createReportRefusal } from '#application/inboxes/report-refusal.ts'
import { createRequestDataDeletion } from '#application/inboxes/request-data-deletion.ts'
import { createSubscribeWebhooks } from '#application/inboxes/subscribe-webhooks.ts'
import type { ChannelError } from '#application/ports/channel.ts'
import { days, hours, minutes } from '#domain/shared/instant.ts'
import { err, ok, type Result } from '#domain/shared/result.ts'
import { refusal, startConnections } from './connection-scene.ts'
import { openVault } from './support.ts'

/** One connected account, at a provider whose answers to the end of a subscription the test gives. */
const startLeaving = async () => {
  const calls: string[] = []
  const provider = {
    ends: (): Result<null, ChannelError> => ok(null),
    begins: async (): Promise<Result<null, ChannelError>> => ok(null),
  }
  const scene = await startConnections({
    subscribe: async ({ token }) => {
      calls.push(`subscribe with ${token}`)
      return provider.begins()
    },
    unsubscribe: async ({ token }) => {
      calls.push(`unsubscribe with ${token}`)
      return provider.ends()
    },
    readNotice: async (signed) => ({ accountKey: signed, issuedAt: null }),
  })
  const { world, channels, time, accountId, inboxId } = scene
  const { unitOfWork } = world
  const clock = { now: () => time.now }
  const openAccess = createOpenAccess({ unitOfWork, vault: openVault, clock })
  const reportRefusal = createReportRefusal({ unitOfWork, clock })
  const endSubscription = createEndSubscription({ channels, unitOfWork, openAccess })
  const disconnectInbox = createDisconnectInbox({ channels, unitOfWork, clock, endSubscription })
  const inbox = { accountId, inboxId }
  return {
    ...{ ...scene, calls, provider },
    disconnect: () => disconnectInbox(inbox),
    tryAgain: () => endSubscription(inbox),
    subscribe: () => createSubscribeWebhooks({ channels, unitOfWork, openAccess, reportRefusal, clock })(inbox),
    deauthorize: createDeauthorizeAccount({ channels, unitOfWork, clock }),
    requestDeletion: createRequestDataDeletion({ channels, unitOfWork, clock, ids: { next: () => `code-${time.now}` } }),
    connection: () => scene.connection(inboxId),
    told: () => scene.told(inboxId),
    tokens: () => world.look(({ credentials }) => credentials.size),
  }
}

const down = (): Result<null, ChannelError> => refusal('channel.unavailable')

describe('an inbox that is disconnected', () => {
  test('has no token once the provider ended the subscription', async () => {
    const { disconnect, connection, tokens, told, calls, tryAgain } = await startLeaving()
    await disconnect()
    expect(await connection()).toMatchObject({ state: 'disconnected', webhooksSubscribed: false, lastError: null })
    expect([tokens(), told()]).toEqual([0, ['connected > disconnected']])
    await tryAgain()
    expect(calls).toEqual(['unsubscribe with token 1 of shop'])
  })

  test('says that the provider did not end the subscription yet, and keeps the token to try that again', async () => {
    const { disconnect, provider, connection, tokens, tryAgain } = await startLeaving()
    provider.ends = down
    await disconnect()
    expect(await connection()).toMatchObject({ state: 'disconnected', lastError: expect.stringContaining('tried again for a day') })
    expect(await tryAgain()).toMatchObject({ done: false })
    expect(tokens()).toBe(1)
    provider.ends = () => ok(null)
    expect(await tryAgain()).toEqual({ done: true })
    expect([tokens(), (await connection())?.lastError]).toEqual([0, null])
  })

  test('has no token after a day, whatever the provider says, and says what its owner can do', async () => {
    const { disconnect, provider, connection, tokens, refreshDue, time, lines, told } = await startLeaving()
    provider.ends = down
    const began = time.now
    await disconnect()
    time.now = began + days(1) - 1
    await refreshDue()
    expect(tokens()).toBe(1)
    time.now = began + days(1)
    await refreshDue()
    expect(tokens()).toBe(0)
    expect((await connection())?.lastError).toMatch(/token is deleted.*removing the app/)
    expect(lines.map(({ event }) => event)).toEqual(['subscription.abandoned'])
    expect(told()).toEqual(['connected > disconnected'])
  })

  test.each<[string, () => Result<null, ChannelError>, string | null]>([
    ['refuses for good', () => err({ code: 'channel.rejected', class: 'invalid', detail: { message: 'No.' } }), 'refused to stop: No.'],
    ['does not know the token any more', () => refusal('channel.unauthorized'), null],
  ])('has no token at once where the provider %s', async (_, ends, said) => {
    const { disconnect, provider, connection, tokens } = await startLeaving()
    provider.ends = ends
    await disconnect()
    expect(tokens()).toBe(0)
    expect((await connection())?.lastError).toEqual(said === null ? null : expect.stringContaining(said))
  })

  test('and connected again within the day keeps its new token', async () => {
    const { disconnect, provider, connect, connection, tokens, refreshDue, time, tryAgain } = await startLeaving()
    provider.ends = down
    await disconnect()
    time.now += hours(2)
    await connect('shop')
    await tryAgain()
    time.now += days(2)
    await refreshDue()
    expect(tokens()).toBe(1)
    expect(await connection()).toMatchObject({ state: 'connected', lastError: null })
  })

  test('while its token is being refreshed keeps the time at which it is deleted', async () => {
    const { disconnect, provider, weather, tokens, refreshDue, time } = await startLeaving()
    provider.ends = down
    time.now += days(31)
    const at = time.now
    let leaving: Promise<unknown> | undefined
    weather.of = () => {
      leaving ??= disconnect()
      return { taken: true, heard: undefined }
    }
    await refreshDue()
    await leaving
    time.now = at + days(1) + minutes(3)
    await refreshDue()
    expect(tokens()).toBe(0)
  })

  test('while it is being subscribed is not left subscribed', async () => {
    const { disconnect, provider, subscribe, calls, connection } = await startLeaving()
    provider.begins = async () => {
      await disconnect()
      return ok(null)
    }
    await subscribe()
    expect(calls).toEqual(['subscribe', 'unsubscribe', 'unsubscribe'].map((call) => `${call} with token 1 of shop`))
    expect(await connection()).toMatchObject({ state: 'disconnected', webhooksSubscribed: false })
  })
})

describe('an account whose owner', () => {
  test('took the access away has no token, also where the end of its subscription is still tried', async () => {
    const { disconnect, provider, deauthorize, tokens, connection, told } = await startLeaving()
    provider.ends = down
    await disconnect()
    expect(await deauthorize({ channel: 'test', signed: 'shop' })).toEqual({ ok: true, value: 1 })
    expect([tokens(), told()]).toEqual([0, ['connected > disconnected']])
    expect((await connection())?.lastError).toMatch(/took the access away/)
  })

  test('wants the data deleted is told of once, as of every other end', async () => {
    const { requestDeletion, tokens, told, time } = await startLeaving()
    await requestDeletion({ channel: 'test', signed: 'shop' })
    expect([tokens(), told()]).toEqual([0, ['connected > disconnected']])
    time.now += 1
    await requestDeletion({ channel: 'test', signed: 'shop' })
    expect(told()).toHaveLength(1)
  })
})
