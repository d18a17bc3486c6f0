import { describe, expect, test } from 'vitest'
import { functionsOf } from './functions.ts'
import { sources } from './sources.ts'

const files = sources('src', 'db')
const tests = sources('tests')

/** Written by `npm run db:generate`. */
const generated = ['src/adapters/postgres/tables.ts']

describe('sizes', () => {
  test('a file has at most 250 lines', () => {
    expect([files.length, tests.length].every((count) => count > 100)).toBe(true)
    const long = [...files, ...tests].filter(({ path, lines }) => lines > 250 && !generated.includes(path))
    expect(long.map(({ path, lines }) => `${path}: ${lines}`)).toEqual([])
  })

  test('a function has at most 50 lines, apart from the functions inside it', () => {
    const functions = files.flatMap(functionsOf)
    expect(functions.length).toBeGreaterThan(400)
    expect(functions.filter(({ lines }) => lines > 50)).toEqual([])
  })
})
