import { expect, test } from 'vitest'
import { createApplyEvents } from '#application/intake/apply-events.ts'
import { createProcessIntake } from '#application/intake/process-intake.ts'
import { createReadArrivals } from '#application/intake/read-arrivals.ts'
import type { UnitOfWork } from '#application/ports/unit-of-work.ts'
import { storeEvents } from '../contracts/scenario.ts'
import { happening, plainMarks, received, renderTemplate, silent, startApplication } from './support.ts'

/** A database that refuses one message, as a bug or a corrupt row would. */
const refusing = (unitOfWork: UnitOfWork, text: string): UnitOfWork => ({
  run: (work) =>
    unitOfWork.run((tx) =>
      work({
        ...tx,
        messages: {
          ...tx.messages,
          insert: (messages) => {
            if (messages.some((message) => message.content === text)) throw new Error('This row cannot be written.')
            return tx.messages.insert(messages)
          },
        },
      }),
    ),
})

test('an event that always fails is parked with its reason, and stands in nobody’s way', async () => {
  const { world, time, channels } = await startApplication(async () => {
    throw new Error('Nothing is sent here.')
  })
  const clock = { now: () => time.now }
  let id = 0
  const ids = { next: () => `00000000-0000-7000-8000-${String(++id).padStart(12, '0')}` }
  const applyEvents = createApplyEvents({ channels, renderTemplate, personMarks: plainMarks, clock, ids })
  const unitOfWork = refusing(world.unitOfWork, 'poison')
  const readArrivals = createReadArrivals({ channels, unitOfWork, ids, logger: silent })
  const settings = { read: async () => new Map() }
  const processIntake = createProcessIntake({ unitOfWork, readArrivals, applyEvents, settings, clock, logger: silent })

  const events = ['first', 'poison', 'third'].map((text, n) =>
    happening({ kind: 'message-received', payload: received(`ann-${n}`, text) }, time.now + n, 'ann'),
  )
  const other = happening({ kind: 'message-received', payload: received('bob-0', 'hello') }, time.now, 'bob')
  await storeEvents(world.unitOfWork, [...events, other], { channel: 'test', receivedAt: time.now })

  const contents = () => [...world.state().messages.values()].map((message) => message.content)
  while ((await processIntake()).settled > 0);
  expect(contents()).toEqual(['first', 'hello'])
  for (let hours = 0; hours < 24; hours++, time.now += 3_600_000) while ((await processIntake()).settled > 0);
  expect(contents()).toEqual(['first', 'hello', 'third'])
  const parked = [...world.state().events.values()].filter((row) => row.state !== 'done')
  expect(parked).toMatchObject([{ state: 'parked', reason: 'This row cannot be written.', attempts: 5 }])
})
