import { describe, expect, test } from 'vitest'
import { ringOf, ringProblems, rings } from './rings.ts'
import { dependencies, places, type Source, sources } from './sources.ts'

const files = sources('src', 'db')
const under = (...folders: string[]): Source[] => files.filter(({ path }) => folders.some((folder) => path.startsWith(folder)))

describe('the rings', () => {
  test('were looked at: every one has files, and most files import something', () => {
    expect(files.length).toBeGreaterThan(150)
    const seen = new Set(files.map(({ path }) => ringOf(path)?.name))
    expect([...rings.keys()].filter((name) => !seen.has(name))).toEqual([])
    expect([...seen]).toContain('src/channels/instagram/')
    expect(files.flatMap(({ imports }) => imports).length).toBeGreaterThan(700)
  })

  test('are kept', () => expect(files.flatMap(ringProblems)).toEqual([]))

  test('run on declared packages alone', () => {
    const used = new Set(files.flatMap(({ imports }) => imports.filter(({ own }) => !own).map(({ target }) => target)))
    expect([...used].filter((name) => !name.startsWith('node:') && !Object.hasOwn(dependencies, name))).toEqual([])
  })

  test.each([
    ['src/domain/message/status.ts', 'src/application/jobs.ts', true],
    ['src/domain/message/status.ts', 'zod', false],
    ['src/application/jobs.ts', 'src/adapters/system/clock.ts', true],
    ['src/application/jobs.ts', 'node:crypto', false],
    ['src/channels/instagram/api.ts', 'src/adapters/postgres/database.ts', true],
    ['src/channels/meta/errors.ts', 'src/channels/instagram/api.ts', true],
    ['src/channels/telegram/api.ts', 'src/channels/instagram/api.ts', true],
    ['src/adapters/http/app.ts', 'src/adapters/postgres/database.ts', true],
    ['src/adapters/http/app.ts', 'src/channels/index.ts', true],
    ['src/adapters/tokens/state-token.ts', 'kysely', false],
    ['src/composition/compose.ts', 'tsyringe', false],
    ['src/composition/compose.ts', 'src/runtime/main.ts', true],
    ['src/sandbox/index.ts', 'src/domain/shared/result.ts', true],
    ['src/cli/main.ts', 'tests/support/execute.ts', true],
    ['src/plugins/new.ts', 'src/domain/shared/result.ts', true],
  ])('%s may not import %s', (path, target, own) => {
    expect(ringProblems({ path, imports: [{ target, own, typeOnly: false }] })).toHaveLength(1)
  })
})

describe('the inner rings', () => {
  const pure = under('src/domain/', 'src/application/')

  test('read no clock, no randomness and no environment, and do no I/O', () => {
    const outside =
      /(?<![.\w$])(?:Date|fetch|crypto|process|console|setTimeout|setInterval|setImmediate|queueMicrotask|globalThis|performance)(?![\w$]|\s*[?]?:)|\bMath\.random\b/g
    expect(pure.length).toBeGreaterThan(50)
    expect(places(pure, outside)).toEqual([])
    expect(places([{ ...pure[0]!, code: 'const a = Date.now() + Math.random()\nnew Date(fetch)' }], outside)).toHaveLength(4)
  })

  test('wait for nothing in the domain', () => expect(places(under('src/domain/'), /\b(?:async|await|Promise)\b/g)).toEqual([]))
})

describe('what has one place', () => {
  test('the environment is read where processes begin, and handed to the configuration', () => {
    const readers = new Set(
      places(files, /\bprocess\s*\.\s*env\b|\bDeno\s*\.\s*env\b|\bBun\s*\.\s*env\b/g).map((place) => place.split(':')[0]),
    )
    expect([...readers].sort()).toEqual(['src/cli/main.ts', 'src/runtime/main.ts'])
  })

  test('tsyringe and its polyfill are known to one file', () => {
    const users = files.filter(({ imports }) => imports.some(({ target }) => target === 'tsyringe' || target === 'reflect-metadata'))
    expect(users.map(({ path }) => path)).toEqual(['src/composition/container.ts'])
  })

  test('pg-boss and drivers are known to the adapters around the database, and to migrations', () => {
    const drivers = ['pg', 'pg-boss', '@electric-sql/pglite']
    const users = files.filter(({ imports }) => imports.some(({ target }) => drivers.includes(target)))
    expect(users.length).toBeGreaterThan(3)
    expect(users.map(({ path }) => path).filter((path) => !/^src\/adapters\/(?:postgres|jobs)\/|^db\//.test(path))).toEqual([])
  })

  test('nothing asks which channel it is but the channels themselves', () => {
    const others = files.filter(({ path }) => !/^src\/(?:channels|sandbox|cli)\//.test(path))
    expect(places(others, /\bswitch\s*\(\s*[\w.]*channel(?:\.kind)?\s*\)/g)).toEqual([])
  })
})
