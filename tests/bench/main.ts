/** `npm run bench [-- NAME… --rounds N --seconds N]`: a line of JSON per figure, and docs/benchmarks.md. */
import { acknowledge } from './benches/acknowledge.ts'
import { apply } from './benches/apply.ts'
import { backlogOfSends } from './benches/backlog-of-sends.ts'
import { embedded } from './benches/embedded.ts'
import { endurance } from './benches/endurance.ts'
import { fairness } from './benches/fairness.ts'
import { large } from './benches/large.ts'
import { media } from './benches/media.ts'
import { post } from './benches/post.ts'
import { refresh } from './benches/refresh.ts'
import { send } from './benches/send.ts'
import { visible } from './benches/visible.ts'
import { readOptions } from './options.ts'
import { type Figure, writeReport } from './report.ts'

/** These take ten minutes and more: they run only where they are named. */
const long = { endurance, large }

const benches = { acknowledge, apply, visible, fairness, embedded, send, 'backlog-of-sends': backlogOfSends, post, refresh, media, ...long }

const options = readOptions(process.argv.slice(2))
const strange = options.names.find((name) => !(name in benches))
if (strange !== undefined) throw new Error(`There is no bench ${strange}; there are ${Object.keys(benches).join(', ')}.`)

const figures: Figure[] = []
for (const [name, run] of Object.entries(benches)) {
  if (options.names.length > 0 ? !options.names.includes(name) : name in long) continue
  for (const figure of await run(options)) {
    figures.push(figure)
    process.stdout.write(`${JSON.stringify(figure)}\n`)
  }
}
if (options.write) writeReport(figures, options)
