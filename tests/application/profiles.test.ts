import { describe, expect, test } from 'vitest'
import { createRefreshProfiles } from '#application/contacts/refresh-profiles.ts'
import type { ChannelError } from '#application/ports/channel.ts'
import { isProfileDue, type Profile } from '#domain/contact/contact.ts'
import { days, hours, minutes } from '#domain/shared/instant.ts'
import { err, ok, type Result } from '#domain/shared/result.ts'
import { happening, received, startApplication } from './support.ts'

type Answer = Result<Profile, ChannelError>

const ann: Profile = {
  name: 'Ann',
  username: 'ann.writes',
  pictureUrl: 'https://cdn/1.jpg',
  attributes: { social_profiles: { test: 'ann.writes' } },
}
const rejected = (kind: 'permission' | 'unknown_user'): Answer =>
  err({ code: 'channel.rejected', class: kind, detail: { message: 'The provider says no.' } })
const unauthorized: Answer = err({ code: 'channel.unauthorized', detail: { message: 'The token is no good.', providerCode: '190' } })
const unavailable: Answer = err({ code: 'channel.unavailable', detail: { message: 'Not now.', outage: true } })

/** An inbox whose provider says of everybody what the test says; jobs run when the test says so. */
const startAsking = async (first: Answer) => {
  const says = { answer: first }
  const asked: string[] = []
  const fetchProfile = async (_access: unknown, sourceId: string) => {
    asked.push(sourceId)
    return says.answer
  }
  const application = await startApplication(async () => ok({ externalId: 'mid' }), { fetchProfile })
  const { world, time, receive, accountId, inboxId } = application
  let n = 0
  const say = (kind: 'message-received' | 'message-echoed', contact = 'ann') =>
    receive(happening({ kind, payload: received(`mid ${++n}`, 'hi') }, time.now, contact))
  /** Runs the jobs that wait; answers what became of them. */
  const work = async () => {
    const waiting = world.look(({ jobs }) => [...jobs].filter(([, { job }]) => job.name === 'fetch-profile'))
    world.arrange(({ jobs }) => {
      for (const [id] of waiting) jobs.delete(id)
    })
    const outcomes = []
    for (const [, { job }] of waiting) if (job.name === 'fetch-profile') outcomes.push(await application.fetchProfile(job.payload))
    return outcomes
  }
  const contact = async () => (await world.queries.contacts(accountId, 1)).page[0]
  const connection = async () => (await world.queries.inbox(accountId, inboxId))?.connection
  const refreshProfiles = createRefreshProfiles({ unitOfWork: world.unitOfWork, clock: { now: () => time.now } })
  return { ...application, says, asked, say, work, contact, connection, refreshProfiles }
}

const placeholder = 'Unknown (Test: ann)'

describe('a profile', () => {
  test('gives the name, the picture and what clients read', async () => {
    const { say, work, contact, asked } = await startAsking(ok(ann))
    await say('message-received')
    expect((await contact())?.name).toBe(placeholder)
    expect(await work()).toEqual([{ done: true }])
    expect(await contact()).toMatchObject({ name: 'Ann', avatarUrl: ann.pictureUrl, additionalAttributes: ann.attributes })
    await say('message-received')
    expect(await work()).toEqual([])
    expect(asked).toEqual(['ann'])
  })

  test.each([
    ['a name of nothing', { name: '  ' }, '@ann.writes'],
    ['no name', { name: null }, '@ann.writes'],
    ['neither name nor username', { name: null, username: '' }, placeholder],
  ])('with %s', async (_, changes, name) => {
    const { say, work, contact } = await startAsking(ok({ ...ann, ...changes }))
    await say('message-received')
    await work()
    expect((await contact())?.name).toBe(name)
  })

  test('that needs consent is asked for again with their first message', async () => {
    const { say, work, contact, says, asked } = await startAsking(rejected('permission'))
    await say('message-echoed')
    expect(await work()).toEqual([{ done: true }])
    await say('message-echoed')
    expect(await work()).toEqual([])
    says.answer = ok(ann)
    await say('message-received')
    expect(await work()).toEqual([{ done: true }])
    expect((await contact())?.name).toBe('Ann')
    expect(asked).toHaveLength(2)
  })

  test.each(['permission', 'unknown_user'] as const)(
    'of someone who wrote and of whom nothing is said (%s) stays a placeholder',
    async (kind) => {
      const { say, work, contact, connection, time, says } = await startAsking(rejected(kind))
      await say('message-received')
      expect(await work()).toEqual([{ done: true }])
      expect((await contact())?.name).toBe(placeholder)
      expect((await connection())?.state).toBe('connected')
      time.now += minutes(59)
      await say('message-received')
      expect(await work()).toEqual([])
      time.now += minutes(2)
      says.answer = ok(ann)
      await say('message-received')
      await work()
      expect((await contact())?.name).toBe('Ann')
    },
  )

  test('that the token cannot open anymore is the matter of the connection, and never of the message', async () => {
    const { say, work, contact, connection, world } = await startAsking(unauthorized)
    await say('message-received')
    expect(await work()).toEqual([{ done: true }])
    expect((await connection())?.state).toBe('reauthorization_required')
    expect((await contact())?.name).toBe(placeholder)
    expect([...world.state().messages.values()].map(({ status, error }) => [status, error])).toEqual([['sent', null]])
    await say('message-received')
    await work()
    expect(world.state().messages.size).toBe(2)
  })

  test('that cannot be had now is asked for again by the job', async () => {
    const { say, work, contact } = await startAsking(unavailable)
    await say('message-received')
    expect(await work()).toEqual([{ done: false, reason: 'channel.unavailable' }])
    expect((await contact())?.name).toBe(placeholder)
  })

  test('that grew old is looked at again: by itself after 30 days, after 7 when they write, and a name that a person gave stays', async () => {
    const { say, work, contact, says, time, refreshProfiles, world } = await startAsking(ok(ann))
    await say('message-received')
    await work()
    says.answer = ok({ ...ann, name: 'Ann Married' })
    time.now += days(7) - 1
    await say('message-received')
    expect(await work()).toEqual([])
    time.now += 2
    await say('message-received')
    await work()
    expect((await contact())?.name).toBe('Ann Married')
    says.answer = ok({ ...ann, name: 'Ann Again' })
    time.now += days(30) - 1
    await refreshProfiles()
    expect(await work()).toEqual([])
    time.now += 1
    await refreshProfiles()
    expect(await work()).toEqual([{ done: true }])
    expect((await contact())?.name).toBe('Ann Again')
    const id = (await contact())?.id ?? 0
    world.arrange(({ contacts }) => contacts.set(id, { ...contacts.get(id)!, name: 'The tall one' }))
    time.now += days(30)
    await refreshProfiles()
    await work()
    expect((await contact())?.name).toBe('The tall one')
    time.now += days(91)
    await refreshProfiles()
    expect(await work()).toEqual([])
  })

  test('many are looked at in pages, and no more in one run than the next ones can take', async () => {
    const { say, work, world, time, refreshProfiles, receive } = await startAsking(ok(ann))
    await say('message-received')
    await receive(
      ...Array.from({ length: 450 }, (_, n) =>
        happening({ kind: 'message-received', payload: received(`of ${n}`, 'hi') }, time.now, `p${n}`),
      ),
    )
    await work()
    time.now += days(30)
    await refreshProfiles()
    const jobs = world.jobs().filter(({ name }) => name === 'fetch-profile')
    expect(jobs).toHaveLength(451)
    const waits = jobs.map(({ at = 0 }) => at - time.now)
    expect(Math.min(...waits)).toBeGreaterThanOrEqual(0)
    expect(Math.max(...waits)).toBeLessThan(hours(1))
  })
})

test.each([
  ['unknown', null, false, true],
  ['unconsented', 0, false, false],
  ['unconsented', 0, true, true],
  ['withheld', hours(1), true, false],
  ['withheld', hours(1) + 1, true, true],
  ['withheld', days(40), false, false],
  ['known', days(7), true, false],
  ['known', days(7) + 1, true, true],
  ['known', days(40), false, false],
] as const)('%s, looked at %s ms ago, they wrote: %s – due: %s', (profile, age, theyWrote, due) => {
  const now = 1e12
  expect(isProfileDue({ profile, profileCheckedAt: age === null ? null : now - age }, theyWrote, now)).toBe(due)
})
