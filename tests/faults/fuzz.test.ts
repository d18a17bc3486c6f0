import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { freshPostgresUrl } from '../support/databases.ts'
import { fc } from '../support/properties.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { account, connectAccount, createVictim, isFull, openDatabase, post, untilApplied } from './support.ts'

const bodies = isFull ? 100_000 : 3_000
const hands = 16

const known = readdirSync('tests/fixtures/instagram').map((name) =>
  readFileSync(`tests/fixtures/instagram/${name}`, 'utf8').replaceAll('17841400000000123', account),
)

/** What stands where something else should: the grammar of JSON, without its sense. */
const anything = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom<unknown>(null, true, '', 0, -1, 1e308, [], {}, '\u0000', '\ud800', 1e17, 'NaN') },
  { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 4 }) },
)

/** The body with one of its values replaced, or left out. */
const withMutation = (value: unknown, path: number, replacement: unknown, drop: boolean): unknown => {
  let at = path
  const visit = (node: unknown): unknown => {
    if (at-- === 0) return replacement
    if (Array.isArray(node)) return node.map(visit)
    if (typeof node !== 'object' || node === null) return node
    const entries = Object.entries(node).flatMap(([key, inner]) => (drop && at === 0 ? [] : [[key, visit(inner)] as const]))
    return Object.fromEntries(entries)
  }
  return visit(value)
}

const grammatical = fc
  .tuple(fc.constantFrom(...known), fc.nat(40), anything, fc.boolean())
  .map(([body, path, replacement, drop]) => JSON.stringify(withMutation(JSON.parse(body), path, replacement, drop)) ?? 'undefined')

const bytewise = fc
  .tuple(fc.constantFrom(...known), fc.array(fc.tuple(fc.nat(2_000), fc.nat(255)), { minLength: 1, maxLength: 6 }))
  .map(([body, changes]) => {
    const bytes = new TextEncoder().encode(body)
    for (const [at, byte] of changes) bytes[at % bytes.length] = byte
    return bytes
  })

const mutated: fc.Arbitrary<string | Uint8Array> = fc.oneof(grammatical, bytewise)

const residentKib = (pid: number): number => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0)

test(`${bodies} mutated bodies, all signed: no 5xx, no crash, no growth`, { timeout: isFull ? 1_800_000 : 180_000 }, async () => {
  await using fresh = await freshPostgresUrl()
  await using database = openDatabase(fresh.url)
  using folder = temporaryFolder()
  await connectAccount(database)
  const victim = await createVictim(fresh.url, folder.path)
  await using program = await victim.start()
  const statuses = new Map<number | undefined, number>()
  const throwAt = async (samples: readonly (string | Uint8Array)[]) => {
    const queue = samples.values()
    const work = async () => {
      for (const sample of queue) {
        const status = await post(victim.port, sample)
        statuses.set(status, (statuses.get(status) ?? 0) + 1)
      }
    }
    await Promise.all(Array.from({ length: hands }, work))
    await untilApplied(database)
  }
  const share = Math.floor(bodies / 4)
  await throwAt(fc.sample(mutated, { numRuns: share, seed: 1 }))
  const warm = residentKib(program.pid)
  for (const seed of [2, 3, 4]) await throwAt(fc.sample(mutated, { numRuns: share, seed }))
  expect([...statuses.keys()].filter((status) => status !== 200 && status !== 422)).toEqual([])
  if (isFull) expect(residentKib(program.pid)).toBeLessThan(warm * 1.1)
  program.kill('SIGTERM')
  expect(await program.exited).toBe(0)
})
