import { type Figure, plainFigure, ratioFigure } from '../report.ts'
import { openScene } from '../scene.ts'
import { median } from '../statistics.ts'
import { applyAll } from './apply.ts'

const bench = 'endurance'
const steps = 20
const perStep = 50_000

/** Does a million events leave anything behind in memory? The first fifth is left out: a process grows until it has seen everything once. */
export const endurance = async (): Promise<Figure[]> => {
  await using scene = await openScene()
  const memory: number[] = []
  for (let n = 0; n < steps; n++) {
    await applyAll(scene, perStep)
    memory.push(scene.ours.memory())
  }
  const fifth = steps / 5
  const growth = [{ ours: median(memory.slice(-fifth)), floor: median(memory.slice(fifth, 2 * fifth)) }]
  return [
    ratioFigure({ bench, figure: `memory after ${steps * perStep} events, against after the second fifth`, unit: 'MB' }, growth, {
      atMost: 1.1,
    }),
    plainFigure({ bench, figure: 'most memory of the server on the way', unit: 'MB' }, [scene.ours.peakMemory()], 250),
  ]
}
