import { expect, test } from 'vitest'
import { createCheckSubscriptions } from '#application/inboxes/check-subscriptions.ts'
import { days, hours, minutes } from '#domain/shared/instant.ts'
import { ok } from '#domain/shared/result.ts'
import { startApplication } from './support.ts'

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

test('not where the channel has no subscriptions, or the inbox is not connected', async () => {
  expect(await (await startChecks(2)).run()).toBe(0)
  const { run, world, inboxId } = await startChecks(2, agreed)
  await world.unitOfWork.run(async (tx) => ok(await tx.inboxes.setState(inboxId, 'disconnected', null)))
  expect(await run()).toBe(1)
})
