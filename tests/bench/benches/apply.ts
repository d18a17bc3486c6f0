import { setTimeout as delay } from 'node:timers/promises'
import type { Options } from '../options.ts'
import { type Figure, ratioFigure } from '../report.ts'
import { acknowledgedPerSecond, openScene, type Scene, send } from '../scene.ts'

const bench = 'apply'

/** So many acknowledged events may wait to be applied; the generator is held back beyond. */
const mostWaiting = 2_000

/** More than ours can apply in a second: what is prepared must not run out. */
const mostPerSecond = 16_000

const holdBack = async ({ backlog, generator }: Scene, until: Promise<unknown>): Promise<void> => {
  let over = false
  const ended = until.then(() => {
    over = true
  })
  while (!over) {
    generator.allow(mostWaiting - (await backlog.pending()))
    await Promise.race([delay(25), ended])
  }
}

interface Applied {
  readonly events: number
  /** From the first request to the last applied event. */
  readonly perSecond: number
}

const applyWithin = async (scene: Scene, count: number, seconds: number): Promise<Applied> => {
  const { ours, generator } = scene
  const sending = send(generator, ours, { count }, { seconds, windowed: true })
  await holdBack(scene, sending)
  const { acknowledged, seconds: took } = await sending
  return { events: acknowledged, perSecond: acknowledged / (took + (await scene.settle())) }
}

/** As many events as ours applies. */
export const applied = (scene: Scene, seconds: number): Promise<Applied> => applyWithin(scene, mostPerSecond * seconds, seconds)

/** So many events, however long that takes up to ten minutes. */
export const applyAll = async (scene: Scene, count: number): Promise<void> => {
  const { events } = await applyWithin(scene, count, 600)
  if (events < count) throw new Error(`Only ${events} of ${count} events were taken in.`)
}

/** How many events become messages, sustained: the backlog does not grow, and at the end nothing waits. */
export const apply = async (options: Options): Promise<Figure[]> => {
  await using scene = await openScene()
  const floor = await scene.startFloor('hono-insert')
  const pairs: { ours: number; floor: number }[] = []
  for (let n = 0; n < options.rounds; n++) {
    const before = n % 2 === 1 ? await acknowledgedPerSecond(scene.generator, floor, options.seconds) : undefined
    const ours = await applied(scene, options.seconds)
    pairs.push({ ours: ours.perSecond, floor: before ?? (await acknowledgedPerSecond(scene.generator, floor, options.seconds)) })
  }
  return [ratioFigure({ bench, figure: 'events applied, sustained, against hono-insert', unit: 'events/s' }, pairs, { atLeast: 0.5 })]
}
