import { availableParallelism } from 'node:os'
import { configDefaults, defineConfig } from 'vitest/config'

/** Two files at a time on two cores too: much of what they do is to wait for another process or for the clock. */
const maxWorkers = Math.max(2, availableParallelism() - 1)

/** What is waited for may take long on a busy machine. */
const patience = { poll: { timeout: 10_000, interval: 20 } }

const project = (name: string, include: string[], rest: Record<string, unknown> = {}) => ({
  test: { name, include, maxWorkers, expect: patience, ...rest },
})

const servers = { globalSetup: ['tests/support/postgres-servers.ts'], hookTimeout: 60_000 }

/** Here something has to happen within seconds of real time, so that they run one by one when everything else is done. */
const timed = [
  'tests/faults/{database-gone,kills,pacing,sends}.test.ts',
  'tests/journeys/{app-config,connect-races,gentle-copying}.test.ts',
]

/** unit: nothing running. db: real PostgreSQL and PGlite. journeys, timed: the whole system over HTTP. runtimes: Node, Bun, Deno. */
export default defineConfig({
  test: {
    projects: [
      project('unit', ['tests/{architecture,domain,application,channels,adapters,composition,cli,sandbox,docs}/**/*.test.ts'], {
        testTimeout: 20_000,
      }),
      project('db', ['tests/{contracts,postgres}/**/*.test.ts'], { ...servers, testTimeout: 60_000 }),
      project('journeys', ['tests/{journeys,faults}/**/*.test.ts'], {
        ...servers,
        testTimeout: 120_000,
        exclude: [...configDefaults.exclude, ...timed],
      }),
      project('timed', timed, { ...servers, testTimeout: 120_000, maxWorkers: 1, sequence: { groupOrder: 1 } }),
      project('runtimes', ['tests/runtimes/*.test.ts'], {
        testTimeout: 120_000,
        hookTimeout: 120_000,
        maxWorkers: 1,
        sequence: { groupOrder: 2 },
      }),
    ],
  },
})
