import { describe, expect, test } from 'vitest'
import type { Channel, ChannelError } from '#application/ports/channel.ts'
import { hours, minutes, seconds } from '#domain/shared/instant.ts'
import { err, ok } from '#domain/shared/result.ts'
import { createProvider, startDelivery, windowOf } from './delivery-scene.ts'

const limited = (retryAfter?: number) =>
  err<ChannelError>({
    code: 'channel.rate_limited',
    detail: { message: 'Slow down.', ...(retryAfter === undefined ? {} : { retryAfter }) },
  })
const down = err<ChannelError>({ code: 'channel.unavailable', detail: { message: 'No answer.', outage: true } })
const unclear = err<ChannelError>({ code: 'channel.uncertain', detail: { message: 'No answer.', outage: true } })
const transient = err<ChannelError>({ code: 'channel.unavailable', detail: { message: 'Code 2.' } })

const start = async (more: Parameters<typeof startDelivery>[1] = {}) => {
  const provider = createProvider()
  const scene = await startDelivery(provider.send, more)
  await scene.openInbox('other shop')
  return { ...scene, provider, begun: scene.time.now }
}

describe('an account that has to slow down', () => {
  test('is not called before its time, in any conversation; others are', async () => {
    const { provider, meet, say, work, standing, begun } = await start()
    const [ann, bob, eve] = [await meet('ann'), await meet('bob'), await meet('eve', 'other shop')]
    provider.says = (text) => (text === 'first' ? limited(minutes(3)) : undefined)
    const first = await say(ann, 'first')
    await work(begun)
    provider.says = () => undefined
    const second = await say(bob, 'second')
    const elsewhere = await say(eve, 'elsewhere')
    await work(begun + minutes(3) - 1)
    expect(provider.calls.map(({ text }) => text)).toEqual(['first', 'elsewhere'])
    expect(standing(elsewhere)).toMatchObject({ state: 'accepted' })
    for (const id of [first, second]) {
      expect(standing(id)).toMatchObject({ state: 'queued', status: 'sent', error: { code: 'message.delayed', class: 'rate_limited' } })
    }
    await work(begun + minutes(3) + seconds(1))
    for (const id of [first, second]) expect(standing(id)).toMatchObject({ state: 'accepted', error: null })
    expect(provider.texts()).toEqual(['elsewhere', 'first', 'second'])
  })

  test('is tried by one call after the pause, and waits longer when that is limited too', async () => {
    const { provider, meet, say, work, begun } = await start()
    const conversations = await Promise.all(['a', 'b', 'c', 'd'].map((key) => meet(key)))
    provider.says = () => limited()
    for (const conversation of conversations) await say(conversation, `to ${conversation}`)
    await work(begun)
    expect(provider.calls).toHaveLength(1)
    await work(begun + seconds(3))
    expect(provider.calls).toHaveLength(2)
    await work(begun + seconds(9))
    expect(provider.calls).toHaveLength(3)
    provider.says = () => undefined
    await work(begun + seconds(60))
    expect(provider.texts()).toHaveLength(4)
  })

  test('rests when its usage is at the brink, although the call went well', async () => {
    const { provider, meet, say, work, standing, begun } = await start()
    const ann = await meet('ann')
    provider.says = () => ok({ externalId: 'mid-1', retryAfter: minutes(5) })
    await say(ann, 'one')
    const second = await say(ann, 'two')
    await work(begun + minutes(5) - 1)
    expect(provider.texts()).toEqual(['one'])
    expect(standing(second)).toMatchObject({ state: 'queued', error: { code: 'message.delayed' } })
    provider.says = () => undefined
    await work(begun + minutes(5))
    expect(provider.texts()).toEqual(['one', 'two'])
  })

  test('does not give up however often it has to wait', async () => {
    const { provider, meet, say, work, standing, begun } = await start()
    provider.says = () => limited()
    const id = await say(await meet('ann'), 'patient')
    await work(begun + hours(5))
    expect(provider.calls.length).toBeGreaterThan(20)
    expect(standing(id)).toMatchObject({ state: 'queued' })
    provider.says = () => undefined
    await work(begun + hours(6))
    expect(standing(id)).toMatchObject({ state: 'accepted', error: null })
  })

  test('leaves the word to the window: what cannot leave in time fails with that reason, when it closes', async () => {
    const { provider, meet, say, work, standing, begun } = await start(windowOf(hours(1)))
    provider.says = () => limited(hours(3))
    const id = await say(await meet('ann'), 'too late')
    const second = await say(await meet('bob'), 'too late as well')
    await work(begun + hours(1) - 1)
    expect(standing(id)).toMatchObject({ state: 'queued' })
    await work(begun + hours(3))
    for (const each of [id, second]) expect(standing(each)).toMatchObject({ state: 'refused', status: 'failed' })
    expect(standing(second)).toMatchObject({ error: { code: 'message.outside_window' } })
    expect(provider.calls).toHaveLength(1)
  })
})

describe('a provider that is down', () => {
  test('is left alone after five calls of an account; what waits is held and leaves in order when it is back', async () => {
    const { provider, meet, say, work, standing, begun } = await start()
    const [ann, bob] = [await meet('ann'), await meet('bob')]
    provider.says = () => down
    const ids = [await say(ann, 'a1'), await say(bob, 'b1'), await say(ann, 'a2'), await say(bob, 'b2')]
    await work(begun + seconds(30))
    expect(provider.calls.length).toBeGreaterThanOrEqual(5)
    for (const id of [ids[0], ids[1]]) {
      expect(standing(id ?? 0)).toMatchObject({ state: 'held', status: 'sent', error: { code: 'message.delayed', class: 'unavailable' } })
    }
    const before = provider.calls.length
    await work(begun + hours(1))
    expect(provider.calls.length - before).toBeLessThan(25)
    provider.says = () => undefined
    await work(begun + hours(1) + minutes(7))
    expect(ids.map((id) => standing(id).state)).toEqual(['accepted', 'accepted', 'accepted', 'accepted'])
    expect(provider.texts().filter((text) => text.startsWith('a'))).toEqual(['a1', 'a2'])
    expect(provider.texts().filter((text) => text.startsWith('b'))).toEqual(['b1', 'b2'])
  })

  test('for one account is up for the others', async () => {
    const { provider, meet, say, work, standing, world, begun } = await start()
    const [ann, eve] = [await meet('ann'), await meet('eve', 'other shop')]
    provider.says = (_, account) => (account === 'shop' ? down : undefined)
    const held = await say(ann, 'down')
    for (let n = 0; n < 20; n++) {
      await say(eve, `up ${n}`)
      await work(begun + seconds(n * 10))
    }
    expect(provider.texts()).toHaveLength(20)
    expect(standing(held)).toMatchObject({ state: 'held' })
    expect(world.state().gates.get('channel:test')?.shut).toBeNull()
  })

  test('for several accounts is not asked by any: theirs waits without a call of its own', async () => {
    const { provider, meet, say, work, standing, openInbox, begun } = await start()
    await openInbox('third shop')
    const waiting = await meet('ann', 'third shop')
    provider.says = () => down
    for (const shop of ['shop', 'other shop'])
      for (const who of ['a', 'b', 'c', 'd', 'e']) await say(await meet(`${who} ${shop}`, shop), who)
    await work(begun)
    expect(provider.calls).toHaveLength(10)
    const third = await say(waiting, 'waits')
    await work(begun)
    expect(provider.calls).toHaveLength(10)
    expect(standing(third)).toMatchObject({ state: 'held', error: { code: 'message.delayed' } })
    provider.says = () => undefined
    await work(begun + seconds(40))
    expect(provider.texts()).toHaveLength(11)
    expect(standing(third)).toMatchObject({ state: 'accepted' })
  })

  test('fails what waited too long for its window', async () => {
    const { provider, meet, say, work, standing, begun } = await start(windowOf(hours(1)))
    provider.says = () => down
    const ids = [await say(await meet('ann'), 'one'), await say(await meet('bob'), 'two')]
    await work(begun + minutes(59))
    for (const id of ids) expect(standing(id)).toMatchObject({ state: 'held' })
    await work(begun + hours(2))
    for (const id of ids) expect(standing(id)).toMatchObject({ status: 'failed', error: { code: 'message.outside_window' } })
  })

  test('and does not say what it did: nothing of that is sent again', async () => {
    const { provider, meet, say, work, begun } = await start()
    provider.says = () => unclear
    for (let n = 0; n < 8; n++) await say(await meet(`contact ${n}`), `text ${n}`)
    await work(begun)
    expect(provider.calls.length).toBe(5)
    provider.says = () => undefined
    await work(begun + hours(1))
    expect(provider.texts()).toEqual(['text 5', 'text 6', 'text 7'])
  })
})

test('a part that the provider itself cannot take fails after ten tries, and shuts no gate', async () => {
  const { provider, meet, say, work, standing, world, begun } = await start()
  provider.says = () => transient
  const id = await say(await meet('ann'), 'never')
  await work(begun + hours(2))
  expect(provider.calls).toHaveLength(10)
  expect(standing(id)).toMatchObject({ state: 'refused', status: 'failed', error: { code: 'message.not_sent' } })
  expect([...world.state().gates.values()].filter((gate) => gate.shut)).toEqual([])
})

test('what is held for a connection that is gone fails when its window closes', async () => {
  const { provider, meet, say, work, standing, begun } = await start(windowOf(hours(3)))
  provider.says = () => err({ code: 'channel.unauthorized', detail: { message: 'Expired.' } })
  const ids = [await say(await meet('ann'), 'one'), await say(await meet('bob'), 'two')]
  await work(begun + hours(3) - 1)
  for (const id of ids) expect(standing(id)).toMatchObject({ state: 'held', error: { code: 'inbox.reauthorization_required' } })
  await work(begun + hours(3))
  for (const id of ids) expect(standing(id)).toMatchObject({ status: 'failed', error: { code: 'message.outside_window' } })
  expect(provider.calls).toHaveLength(1)
})

describe('asking who somebody is', () => {
  const startAsking = async (fetchProfile: NonNullable<Channel['fetchProfile']>) => {
    const scene = await start({ fetchProfile })
    await scene.meet('ann')
    const [contactInboxId = 0] = scene.world.state().contactInboxes.keys()
    const { accountId, inboxId } = scene
    return { ...scene, ask: () => scene.fetchProfile({ accountId, inboxId, contactInboxId }) }
  }

  test('waits while the account rests, and says until when', async () => {
    const asked: string[] = []
    const { ask, provider, meet, say, work, time, begun } = await startAsking(async (_access, sourceId) => {
      asked.push(sourceId)
      return ok({ name: 'Ann', username: null, pictureUrl: null, attributes: {} })
    })
    provider.says = () => limited(minutes(3))
    await say(await meet('bob'), 'limited')
    await work(begun + minutes(1))
    expect(await ask()).toEqual({ done: false, reason: 'provider.shut', retryAfter: minutes(2) })
    expect(asked).toEqual([])
    time.now = begun + minutes(3)
    expect(await ask()).toEqual({ done: true })
    expect(asked).toEqual(['ann'])
  })

  test('that is limited makes answers wait too, and is asked again when it may be', async () => {
    const { ask, provider, meet, say, work, begun } = await startAsking(async () => limited(minutes(2)))
    expect(await ask()).toMatchObject({ done: false, retryAfter: minutes(2) })
    await say(await meet('bob'), 'behind it')
    await work(begun + minutes(2) - 1)
    expect(provider.calls).toEqual([])
    await work(begun + minutes(2))
    expect(provider.texts()).toEqual(['behind it'])
  })
})
