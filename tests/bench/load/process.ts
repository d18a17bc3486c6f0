/** The load generator: a process of its own that does what standard input says, a line of JSON each. */
import { createInterface } from 'node:readline'
import { type PostsSpec, preparePosts } from './posts.ts'
import { type Run, type RunSpec, startRun } from './run.ts'
import { type Prepared, prepareTraffic, type TrafficSpec } from './traffic.ts'

export type Command =
  | { readonly do: 'prepare'; readonly traffic: TrafficSpec }
  | { readonly do: 'prepare-posts'; readonly posts: PostsSpec }
  | { readonly do: 'run'; readonly run: RunSpec }
  | { readonly do: 'allow'; readonly room: number }

let prepared: Prepared[] = []
let running: Run | undefined

const say = (answer: object): boolean => process.stdout.write(`${JSON.stringify(answer)}\n`)

const obey = (command: Command): void => {
  if (command.do === 'allow') running?.allow(command.room)
  if (command.do === 'prepare' || command.do === 'prepare-posts') {
    prepared = command.do === 'prepare' ? prepareTraffic(command.traffic) : preparePosts(command.posts)
    say({ prepared: prepared.length })
  }
  if (command.do === 'run') {
    running = startRun(prepared, command.run)
    running.done.then(say, (error: Error) => say({ error: error.message }))
  }
}

for await (const line of createInterface({ input: process.stdin })) obey(JSON.parse(line))
process.exit()
