import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { blank } from './blank.ts'
import { places, root, sources } from './sources.ts'

const files = sources('src', 'db')

/** Not `Promise.any`. */
const anyType = /(?<![.\w$])any\b/g

describe('the types', () => {
  test('are never switched off', () => {
    expect(files.length).toBeGreaterThan(150)
    expect(places(files, anyType)).toEqual([])
    expect(places(files, /\bas\s+unknown\s+as\b|\bas\s+never\b/g)).toEqual([])
    const commented = files.filter(({ path }) => /@ts-(?:ignore|expect-error|nocheck)|biome-ignore/.test(readFileSync(root + path, 'utf8')))
    expect(commented.map(({ path }) => path)).toEqual([])
  })

  test('are plain: no decorators, enums, namespaces or classes that are extended, but for errors', () => {
    expect(places(files, /(?:^|\n)\s*@\w|\benum\s+\w|\bnamespace\s+\w/g)).toEqual([])
    expect(places(files, /\bextends\s+(?!Error\b)\w+(?:<[^>]*>)?\s*\{/g).filter((place) => isClass(place))).toEqual([])
  })
})

/** `interface X extends Y {` is fine. */
const isClass = (place: string): boolean => {
  const [path = '', line = '1'] = place.split(':')
  return /\bclass\b/.test(files.find((file) => file.path === path)?.code.split('\n')[Number(line) - 1] ?? '')
}

describe('how we look at code', () => {
  test.each([
    ["const a = 'any' // any", 0],
    ['const a = "it\'s any" /* any\nany */ + any', 1],
    ['f(/any\\/[/"]any/g, b / any / c)', 1],
    ['`any §{any + `any §{any} any`} any` as any', 3],
    ['const x: any = { any }', 2],
  ])('of %s (§ for $)', (written, left) => {
    const text = written.replaceAll('§', '$')
    expect(blank(text, 'all')).toHaveLength(text.length)
    expect(places([{ path: 'here', code: blank(text, 'all'), lines: 1, imports: [] }], anyType)).toHaveLength(left)
  })
})
