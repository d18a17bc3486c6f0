import { describe, expect, test } from 'vitest'
import { createCheckSubscriptions } from '#application/inboxes/check-subscriptions.ts'
import { createOpenAccess } from '#application/inboxes/open-access.ts'
import { createReportRefusal } from '#application/inboxes/report-refusal.ts'
import { createSubscribeWebhooks } from '#application/inboxes/subscribe-webhooks.ts'
import { days, hours, minutes } from '#domain/shared/instant.ts'
import { err, ok } from '#domain/shared/result.ts'
import { openVault, startApplication } from './support.ts'

const startChecks = async (inboxes: number, subscribe?: () => Promise<ReturnType<typeof ok<null>>>) => {
  const application = await startApplication(async () => ok({ externalId: 'mid' }), subscribe ? { subscribe } : {})
  const { world, channels, time, openInbox } = application
  for (let n = 1; n < inboxes; n++) await openInbox(`shop ${n}`)
  const check = createCheckSubscriptions({ channels, unitOfWork: world.unitOfWork, clock: { now: () => time.now } })
  /** How many inboxes a run asks to subscribe again. */
  const run = async (): Promise<number> => {
    const before = world.jobs().length
    await check()
    return world.jobs().length - before
  }
  const agree = (inboxId: number) => world.unitOfWork.run(async (tx) => ok(await tx.inboxes.setSubscribed(inboxId, true, null)))
  return { ...application, run, agree }
}

const agreed = async () => ok(null)

test('every inbox is asked for once, in pages, spread over the hour', async () => {
  const { run, world, time } = await startChecks(450, agreed)
  expect(await run()).toBe(450)
  expect(await run()).toBe(0)
  const jobs = world.jobs()
  expect(new Set(jobs.map(({ key }) => key)).size).toBe(450)
  const waits = jobs.map(({ at = 0 }) => at - time.now)
  expect(Math.min(...waits)).toBeGreaterThanOrEqual(0)
  expect(Math.max(...waits)).toBeLessThan(hours(1))
  expect(new Set(waits).size).toBeGreaterThan(300)
})

test('again after a day, and after an hour where the provider had not agreed', async () => {
  const { run, agree, time, inboxId } = await startChecks(3, agreed)
  await run()
  await agree(inboxId)
  time.now += minutes(59)
  expect(await run()).toBe(0)
  time.now += minutes(1)
  expect(await run()).toBe(2)
  time.now += days(1) - hours(1)
  expect(await run()).toBe(3)
})

describe('what was not pushed is read', () => {
  /** Asks for the subscription of an inbox, whose provider says of it what the test says. */
  const startSubscribing = async (says: { isSubscribed: boolean | undefined; agrees: boolean }) => {
    const refused = err({ code: 'channel.rejected', class: 'permission', detail: { message: 'No.' } } as const)
    const looks: string[] = []
    const application = await startApplication(async () => ok({ externalId: 'mid' }), {
      subscribe: async () => (says.agrees ? ok(null) : refused),
      isSubscribed: async ({ channelKey }) => {
        looks.push(channelKey)
        return says.isSubscribed
      },
    })
    const { world, channels, time, accountId, inboxId } = application
    const clock = { now: () => time.now }
    const { unitOfWork } = world
    const openAccess = createOpenAccess({ unitOfWork, vault: openVault, clock })
    const reportRefusal = createReportRefusal({ unitOfWork, clock })
    const subscribe = createSubscribeWebhooks({ channels, unitOfWork, openAccess, reportRefusal, clock })
    const ask = async (again: boolean): Promise<boolean> => {
      world.arrange(({ gapFills, jobs }) => {
        gapFills.clear()
        jobs.clear()
      })
      await subscribe({ accountId, inboxId, again })
      const isAsked = world.jobs().some(({ name }) => name === 'fill-gaps')
      expect(world.look(({ gapFills }) => gapFills.get(inboxId)?.dueAt)).toBe(isAsked ? time.now : undefined)
      return isAsked
    }
    return { ask, looks }
  }

  test('once the provider agrees for the first time, or again after it had refused', async () => {
    const says = { isSubscribed: true, agrees: true }
    const { ask, looks } = await startSubscribing(says)
    expect(await ask(false)).toBe(true)
    expect(await ask(false)).toBe(false)
    says.agrees = false
    expect(await ask(true)).toBe(false)
    says.agrees = true
    expect(await ask(true)).toBe(true)
    expect(looks).toHaveLength(2)
  })

  test('where the subscription was found missing, and not where the provider does not tell', async () => {
    const says: { isSubscribed: boolean | undefined; agrees: boolean } = { isSubscribed: false, agrees: true }
    const { ask } = await startSubscribing(says)
    await ask(false)
    expect(await ask(true)).toBe(true)
    says.isSubscribed = true
    expect(await ask(true)).toBe(false)
    says.isSubscribed = undefined
    expect(await ask(true)).toBe(false)
  })
})

test('not where the channel has no subscriptions, or the inbox is not connected', async () => {
  expect(await (await startChecks(2)).run()).toBe(0)
  const { run, world, inboxId } = await startChecks(2, agreed)
  await world.unitOfWork.run(async (tx) => ok(await tx.inboxes.setState(inboxId, 'disconnected', null)))
  expect(await run()).toBe(1)
})
