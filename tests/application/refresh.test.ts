import { describe, expect, test } from 'vitest'
import { days, hours, minutes } from '#domain/shared/instant.ts'
import { err } from '#domain/shared/result.ts'
import { inboxChanges } from '../fakes/events.ts'
import { fair, refusal, startConnections, type Weather } from './connection-scene.ts'

const down: Weather = { taken: false, heard: refusal('channel.unavailable') }
const lost: Weather = { taken: true, heard: refusal('channel.uncertain') }

/** One account, connected; `later` moves the time, in which the scheduled job runs every hour. */
const startShop = async () => {
  const scene = await startConnections()
  const { time, refreshDue, inboxId, office } = scene
  const later = async (span: number) => {
    for (const end = time.now + span; time.now < end; ) {
      time.now = Math.min(time.now + hours(1), end)
      await refreshDue()
    }
  }
  return {
    ...scene,
    later,
    connection: () => scene.connection(inboxId),
    told: () => scene.told(inboxId),
    refreshes: () => office.refreshes.get('shop') ?? [],
  }
}

describe('a token', () => {
  test('is refreshed at half its life, and the inbox says when', async () => {
    const { later, connection, refreshes, time, told, lines } = await startShop()
    const connectedAt = time.now
    await later(days(29))
    expect(refreshes()).toEqual([])
    await later(days(2))
    const [at = 0] = refreshes()
    expect((at - connectedAt) / days(1)).toBeCloseTo(29.5, 0)
    expect(await connection()).toMatchObject({ state: 'connected', lastRefreshedAt: at, tokenExpiresAt: at + days(60), lastError: null })
    expect(told()).toEqual([])
    expect(lines.map(({ event }) => event)).toEqual(['credential.refreshed'])
  })

  test('says at its refresh what is granted, where the provider says that', async () => {
    const { later, connection, weather } = await startShop()
    weather.of = () => ({ ...fair, permissions: ['read', 'write'] })
    await later(days(31))
    expect((await connection())?.permissions).toEqual(['read', 'write'])
    weather.of = () => fair
    await later(days(31))
    expect((await connection())?.permissions).toEqual(['read', 'write'])
  })

  test('is sent with after its refresh, never because it was read', async () => {
    const { later, meet, say, work, delivery, refreshes, time } = await startShop()
    await later(days(31))
    const conversation = await meet('someone')
    await say(conversation, 'with the new one')
    await work(time.now)
    expect(delivery.texts()).toEqual(['with the new one'])
    expect(refreshes()).toHaveLength(1)
  })

  test('whose refresh fails lives on; the inbox says so once, and again when it went well', async () => {
    const { weather, later, connection, told, refreshes, lines } = await startShop()
    weather.of = () => down
    await later(days(33))
    const message = expect.stringContaining('The provider says channel.unavailable.')
    expect(await connection()).toMatchObject({ state: 'refresh_failing', lastError: message, lastRefreshedAt: null })
    expect(told()).toEqual(['connected > refresh_failing'])
    const failing = lines.filter(({ event }) => event === 'credential.refresh_failing')
    expect(failing.length).toBeGreaterThan(4)
    expect(failing.length).toBeLessThan(12)
    expect(failing.at(-1)?.fields).toMatchObject({ failures: failing.length, daysLeft: expect.any(Number), reason: 'channel.unavailable' })
    weather.of = () => fair
    await later(days(2))
    expect(refreshes()).toHaveLength(1)
    expect(await connection()).toMatchObject({ state: 'connected', lastError: null })
    expect(told()).toEqual(['connected > refresh_failing', 'refresh_failing > connected'])
  })

  test('whose refresh may have been carried out is not refreshed again within a day', async () => {
    const { weather, later, refreshes } = await startShop()
    let calls = 0
    weather.of = () => (++calls === 1 ? lost : fair)
    await later(days(33))
    const [first = 0, second = 0, ...more] = refreshes()
    expect(second - first).toBeGreaterThanOrEqual(hours(24))
    expect(more).toEqual([])
  })

  test('that cannot be refreshed to its end makes the inbox ask for a person, once, although other refusals did not', async () => {
    const { weather, later, connection, told, time, lines } = await startShop()
    const end = time.now + days(60)
    const heard = err({
      code: 'channel.rejected',
      class: 'permission',
      detail: { message: 'Not an accepted tester.', providerCode: '100' },
    } as const)
    weather.of = () => ({ taken: false, heard })
    await later(days(59.9))
    expect(await connection()).toMatchObject({ state: 'refresh_failing', lastError: expect.stringContaining('accepted tester') })
    await later(days(30))
    expect(await connection()).toMatchObject({ state: 'reauthorization_required', tokenExpiresAt: end })
    expect((await connection())?.lastError).toContain('has expired')
    expect(told()).toEqual(['connected > refresh_failing', 'refresh_failing > reauthorization_required'])
    expect(lines.filter(({ event }) => event === 'credential.ended')).toHaveLength(1)
  })

  test('that cannot be refreshed is warned of three times before its end, and of the end; a new one is not', async () => {
    const { weather, later, world, time, connect } = await startShop()
    const end = time.now + days(60)
    weather.of = () => down
    const told = () =>
      world
        .look(({ businessEvents }) => inboxChanges(businessEvents))
        .flatMap(({ payload, at }) =>
          payload.changed_attributes.flatMap(({ token_expires_in_days: days }) => (days ? [{ ...days, at }] : [])),
        )
    await later(days(59.9))
    expect(told().map(({ previous_value, current_value }) => [previous_value, current_value])).toEqual([
      [null, 7],
      [7, 3],
      [3, 1],
    ])
    for (const { current_value, at } of told()) {
      expect(end - at).toBeLessThanOrEqual(days(Number(current_value)))
      expect(end - at).toBeGreaterThan(days(Number(current_value) - 1.3))
    }
    await later(days(2))
    await connect('shop')
    weather.of = () => fair
    await later(days(40))
    expect(told()).toHaveLength(3)
  })

  test('that the provider refuses makes the inbox ask for a person at once, and is never tried again', async () => {
    const { office, later, connection, told, lines } = await startShop()
    office.revoke('shop')
    await later(days(80))
    expect(await connection()).toMatchObject({ state: 'reauthorization_required', lastError: 'The provider says channel.unauthorized.' })
    expect(told()).toEqual(['connected > reauthorization_required'])
    expect(lines).toMatchObject([{ event: 'credential.ended', fields: { because: 'refused' } }])
  })

  test('is left alone while the account is asked to slow down, which is no failure', async () => {
    const { weather, later, connection, told, refreshes, lines } = await startShop()
    let calls = 0
    weather.of = () => (++calls === 1 ? { taken: false, heard: refusal('channel.rate_limited', { retryAfter: hours(5) }) } : fair)
    await later(days(31))
    expect(refreshes()).toHaveLength(1)
    expect(lines.map(({ event }) => event)).toEqual(['credential.refresh_failing', 'credential.refreshed'])
    expect(told()).toEqual(['connected > refresh_failing', 'refresh_failing > connected'])
    expect((await connection())?.state).toBe('connected')
  })

  test('is free for another worker when one died over it', async () => {
    const { weather, refreshDue, later, refreshes, time } = await startShop()
    let calls = 0
    weather.of = () => {
      if (++calls === 1) throw new Error('The process died.')
      return fair
    }
    await expect(later(days(31))).rejects.toThrow('died')
    await refreshDue()
    expect(refreshes()).toEqual([])
    time.now += minutes(2)
    await refreshDue()
    expect(refreshes()).toHaveLength(1)
  })
})
