import { describe, expect, test } from 'vitest'
import { createCarryOutErasure } from '#application/contacts/carry-out-erasure.ts'
import { createEraseContact } from '#application/contacts/erase-contact.ts'
import { createReadArrivals, createReadArrivalsIn } from '#application/intake/read-arrivals.ts'
import { minutes, seconds } from '#domain/shared/instant.ts'
import { createFakeMediaStore } from '../fakes/media-store.ts'
import { type AtProvider, eventOf, startHistory } from './history-scene.ts'
import { plainMarks, silent } from './support.ts'

const before = 1_700_000_000_000 - minutes(60)

const said = (n: number, at: number, more: Partial<AtProvider> = {}): AtProvider => ({
  ...{ mid: `mid ${n}`, text: `text ${n}`, at, ours: n % 2 === 1, with: 'ann' },
  ...more,
})

/** An inbox whose provider has a conversation with Ann, one with Bob, and both are known here. */
const start = async () => {
  const scene = await startHistory()
  const { world, time, channels, accountId } = scene
  const { unitOfWork } = world
  const clock = { now: () => time.now }
  const common = { channels, ids: { next: () => crypto.randomUUID() }, logger: silent }
  const eraseContact = createEraseContact({
    ...{ unitOfWork, clock, personMarks: plainMarks },
    readArrivals: createReadArrivals({ ...common, unitOfWork }),
    readArrivalsIn: createReadArrivalsIn(common),
  })
  const carryOut = createCarryOutErasure({
    ...{ unitOfWork, clock },
    mediaStore: createFakeMediaStore(),
    shredder: { shred: async () => {} },
  })
  scene.messages.push(
    said(0, before, { emoji: '🕊' }),
    said(1, before + seconds(5)),
    said(7, before, { with: 'bob', mid: 'bob', ours: false }),
  )
  await scene.fill()

  const people = () => [...world.state().contactInboxes.values()].map(({ sourceId }) => sourceId).toSorted()
  const texts = () => [...world.state().messages.values()].map(({ content }) => content).toSorted()
  const erase = async (): Promise<void> => {
    const entry = [...world.state().contactInboxes.values()].find(({ sourceId }) => sourceId === 'ann')
    expect(await eraseContact({ accountId, contactId: entry?.contactId ?? 0 })).toEqual({ ok: true, value: null })
    for (const { id, completedAt } of world.state().contactErasures.values()) if (completedAt === null) await carryOut({ erasureId: id })
    await world.unitOfWork.run(async (tx) => {
      await tx.gapFills.ask({ accountId, inboxId: scene.inboxId }, time.now)
      return { ok: true, value: null }
    })
  }
  /** Everything of the log, as text. */
  const log = () => {
    const { events, bodies } = world.state()
    return JSON.stringify([[...events.values()], [...bodies.values()].map(({ bytes }) => new TextDecoder().decode(bytes))])
  }
  return { ...scene, people, texts, erase, log }
}

describe('somebody who was erased', () => {
  test('stays away when the provider is read again, with all that was said before', async () => {
    const { people, texts, erase, fill, log, time, messages } = await start()
    expect(people()).toEqual(['ann', 'bob'])
    await erase()
    time.now += minutes(1)
    messages.push(said(8, time.now, { with: 'bob', ours: false }))
    await fill()
    expect(people()).toEqual(['bob'])
    expect(texts()).toEqual(['text 7', 'text 8'])
    expect(log()).not.toMatch(/text [01]\b|mid [01]\b/)
  })

  test('is somebody new with what they write afterwards, and with nothing else', async () => {
    const { people, texts, erase, fill, log, time, messages, seen } = await start()
    await erase()
    time.now += minutes(5)
    messages.push(said(2, time.now - minutes(2), { emoji: '👍' }))
    await fill()
    expect(people()).toEqual(['ann', 'bob'])
    expect(texts()).toEqual(['text 2', 'text 7'])
    expect(
      seen()
        .messages.find(([mid]) => mid === 'mid 2')
        ?.at(-1),
    ).toEqual(['👍'])
    expect(log()).not.toMatch(/text [01]\b|mid [01]\b/)
    await erase()
    time.now += minutes(1)
    await fill()
    expect([people(), texts()]).toEqual([['bob'], ['text 7']])
  })

  test('is not made anew by the late echo of an answer, but by what they write, however late that comes', async () => {
    const { people, texts, erase, receive, time } = await start()
    const asked = time.now
    time.now += seconds(10)
    await erase()
    await receive(eventOf(said(3, asked + seconds(1))))
    expect(people()).toEqual(['bob'])
    await receive(eventOf(said(4, asked)), eventOf(said(5, time.now + seconds(1))))
    expect(people()).toEqual(['ann', 'bob'])
    expect(texts()).toEqual(['text 4', 'text 5', 'text 7'])
  })
})
