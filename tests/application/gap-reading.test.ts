import { describe, expect, test } from 'vitest'
import type { Channel } from '#application/ports/channel.ts'
import { hours, minutes, seconds } from '#domain/shared/instant.ts'
import { ok } from '#domain/shared/result.ts'
import { mostInASecond } from '../support/most-in-a-second.ts'
import { by, startHistory } from './history-scene.ts'

describe('the reading', () => {
  test('of one inbox is done by one worker at a time, and goes on where a killed one stood', async () => {
    const { fillGaps, messages, accountId, inboxId, reads, time, says, receive, world } = await startHistory({ pageSize: 1 })
    messages.push(by('ann', 1), by('bob', 2), by('cem', 3))
    const payload = { accountId, inboxId }
    says.after = async () => {
      says.after = undefined
      await fillGaps(payload)
    }
    await fillGaps(payload)
    expect(reads).toHaveLength(1)
    await fillGaps(payload)
    expect(reads, 'two a second are read').toHaveLength(1)
    time.now += 540
    says.after = async () => {
      throw new Error('Killed.')
    }
    await expect(fillGaps(payload)).rejects.toThrow('Killed.')
    says.after = undefined
    await fillGaps(payload)
    expect(reads).toHaveLength(2)
    time.now += minutes(2)
    await fillGaps(payload)
    expect(reads.map(({ cursor }) => cursor)).toEqual([null, '1', '1'])
    await receive()
    expect(world.state().messages.size).toBe(2)
  })

  test('that takes more than one call takes a turn for each', async () => {
    const calls: number[] = []
    let now = () => 0
    const read: NonNullable<Channel['history']>['read'] = async (_, { turn }) => {
      calls.push(now())
      for (let n = 0; n < 5; n++) {
        await turn()
        calls.push(now())
      }
      return ok({ threads: [], next: null })
    }
    const { fillGaps, accountId, inboxId, time } = await startHistory({ more: { history: { read } } })
    now = () => time.now
    await fillGaps({ accountId, inboxId })
    expect(calls).toHaveLength(6)
    expect(mostInASecond(calls)).toBe(2)
    expect(calls[5]! - calls[0]!, 'and none of them is lost').toBeLessThan(seconds(3))
  })

  test('sees what moved to the front while it was at work', async () => {
    const { fill, messages, world, says, time } = await startHistory({ pageSize: 1 })
    messages.push(by('ann', 1), by('bob', 2), by('cem', 3))
    let reads = 0
    says.after = async () => {
      if (++reads === 1) messages.push(by('ann', 4, false, time.now))
    }
    await fill()
    expect([...world.state().parts.values()].map(({ externalId }) => externalId).toSorted()).toEqual(['ann 1', 'ann 4', 'bob 2', 'cem 3'])
  })

  test('waits while the account rests, fails for a while, and goes to the connection where the token is refused', async () => {
    const { fill, says, reads, told, time, messages, world } = await startHistory()
    messages.push(by('ann', 1))
    says.failure = { code: 'channel.rate_limited', detail: { message: 'Too many calls.', retryAfter: minutes(3) } }
    await fill()
    expect(await told()).toMatchObject({ state: 'connected', gapFill: { lookedAt: null, error: 'Too many calls.' } })
    time.now += minutes(2)
    await fill()
    expect(reads).toHaveLength(1)
    time.now += minutes(1)
    says.failure = undefined
    await fill()
    expect(await told()).toMatchObject({ gapFill: { error: null, missed: 1 } })
    expect(world.state().messages.size).toBe(1)
    time.now += hours(2)
    says.failure = { code: 'channel.unauthorized', detail: { message: 'The token is no good.', providerCode: '190' } }
    await fill()
    expect((await told())?.state).toBe('reauthorization_required')
  })

  test('is looked for in every inbox that is due, every half minute where nothing is pushed, else about every hour', async () => {
    const waits = async (isPolled: boolean) => {
      const { fill, findGaps, world, time } = await startHistory({ isPolled })
      const due = async () => {
        world.arrange(({ jobs }) => jobs.clear())
        await findGaps()
        return world.jobs().filter(({ name }) => name === 'fill-gaps').length
      }
      expect(await due()).toBe(1)
      await fill()
      const from = time.now
      while ((await due()) === 0) time.now += seconds(5)
      return time.now - from
    }
    expect(await waits(true)).toBe(seconds(30))
    const pushed = await waits(false)
    expect(pushed).toBeGreaterThanOrEqual(minutes(55))
    expect(pushed).toBeLessThanOrEqual(minutes(65))
  })

  test('of thousands of inboxes is asked for in pages', async () => {
    const { openInbox, findGaps, world, accountId, time } = await startHistory()
    for (let n = 0; n < 450; n++) {
      const inboxId = await openInbox(`shop ${n}`)
      await world.unitOfWork.run(async (tx) => ok(await tx.gapFills.ask({ accountId, inboxId }, time.now - n)))
    }
    await findGaps()
    expect(world.jobs().filter(({ name }) => name === 'fill-gaps')).toHaveLength(451)
  })
})
