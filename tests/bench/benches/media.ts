import pg from 'pg'
import { secondsUntilNone } from '../backlog.ts'
import { startContestant } from '../children.ts'
import type { Options } from '../options.ts'
import { type Figure, plainFigure, ratioFigure } from '../report.ts'
import { openScene, type Scene, send } from '../scene.ts'

const bench = 'media'

/** Messages a second. Beside a picture of 1 MiB in each, that is as many MiB a second: more than two cores copy at once. */
const rate = 200

/** Pictures that arrive at once. */
const burst = 200

/** How long pictures may still be copied after the load, s. */
const patience = 120

/** Attachments of ours, past the server itself. */
const openAttachments = async (url: string) => {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  const count = async (state: string): Promise<number> =>
    Number((await client.query('select count(*) as n from attachments where media_state = $1', [state])).rows[0].n)
  return {
    stored: () => count('stored'),
    /** Waits until nothing is to be copied any more, or throws. */
    async settle(): Promise<void> {
      if ((await secondsUntilNone(() => count('pending'), patience)) >= patience) throw new Error('Pictures were still to be copied.')
    },
    [Symbol.asyncDispose]: () => client.end(),
  }
}

type Attachments = Awaited<ReturnType<typeof openAttachments>>

/** p99 of the acknowledgement, ms, while this share of the messages brings a picture, and how many were stored in a second meanwhile. */
const acknowledging = async (scene: Scene, attachments: Attachments, url: string, share: number, seconds: number) => {
  const media = { url, share }
  const before = await attachments.stored()
  const { usual } = await send(scene.generator, scene.ours, { count: rate * seconds, newShare: 0, media }, { seconds, rate })
  const stored = (await attachments.stored()) - before
  await scene.settle()
  await attachments.settle()
  return { p99: usual.p99, meanwhile: stored / seconds }
}

/** From the first webhook to the last stored picture, in MiB/s. */
const copying = async (scene: Scene, attachments: Attachments, url: string): Promise<number> => {
  const [before, startedAt] = [await attachments.stored(), performance.now()]
  await send(scene.generator, scene.ours, { count: burst, newShare: 0, media: { url, share: 1 } }, { seconds: 30 })
  await scene.settle()
  await attachments.settle()
  const took = (performance.now() - startedAt) / 1000
  const stored = (await attachments.stored()) - before
  if (stored !== burst) throw new Error(`Of ${burst} pictures ${stored} were stored.`)
  return burst / took
}

/** What copying pictures does to those who wait to be acknowledged, and how fast it goes where nobody does. */
export const media = async (options: Options): Promise<Figure[]> => {
  await using scene = await openScene()
  await using attachments = await openAttachments(scene.databaseUrl)
  await using server = await startContestant({ name: 'media', file: 'tests/bench/contestants/media.ts', env: {} })
  const pairs: { ours: number; floor: number }[] = []
  const [rates, meanwhile]: [number[], number[]] = [[], []]
  for (let n = 0; n < options.rounds; n++) {
    const measure = (share: number) => acknowledging(scene, attachments, server.url, share, options.seconds)
    const first = await measure(n % 2 === 0 ? 0 : 1)
    const second = await measure(n % 2 === 0 ? 1 : 0)
    const [without, beside] = n % 2 === 0 ? [first, second] : [second, first]
    pairs.push({ ours: beside.p99, floor: without.p99 })
    meanwhile.push(beside.meanwhile)
    rates.push(await copying(scene, attachments, server.url))
  }
  const beside = `p99 of the acknowledgement at ${rate} events/s, each with a picture of 1 MiB, against without`
  return [
    ratioFigure({ bench, figure: beside, unit: 'ms' }, pairs, { atMost: 2 }),
    plainFigure({ bench, figure: 'copied meanwhile', unit: 'MiB/s' }, meanwhile),
    plainFigure({ bench, figure: `${burst} pictures of 1 MiB at once, from the first webhook to the last file`, unit: 'MiB/s' }, rates),
    plainFigure({ bench, figure: 'most memory of the server under that load', unit: 'MB' }, [scene.ours.peakMemory()]),
  ]
}
