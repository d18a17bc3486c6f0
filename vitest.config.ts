import { defineConfig } from 'vitest/config'

const project = (name: string, include: string[], rest: Record<string, unknown> = {}) => ({ test: { name, include, ...rest } })

/** unit: nothing running. db: real PostgreSQL and PGlite. journeys: the whole system over HTTP. runtimes: Node, Bun, Deno. */
export default defineConfig({
  test: {
    projects: [
      project('unit', ['tests/{architecture,domain,application,channels,adapters,composition,cli,sandbox,docs}/**/*.test.ts'], {
        testTimeout: 20_000,
      }),
      project('db', ['tests/{contracts,postgres}/**/*.test.ts'], {
        globalSetup: ['tests/support/postgres-servers.ts'],
        testTimeout: 60_000,
        hookTimeout: 60_000,
      }),
      project('journeys', ['tests/{journeys,faults}/**/*.test.ts'], {
        globalSetup: ['tests/support/postgres-servers.ts'],
        testTimeout: 120_000,
        hookTimeout: 60_000,
      }),
      project('runtimes', ['tests/runtimes/*.test.ts'], { testTimeout: 120_000, hookTimeout: 120_000 }),
    ],
  },
})
