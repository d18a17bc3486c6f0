import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { commitRestored, replacedOf, settleRestored, stagingOf } from '#adapters/postgres/restored-folder.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

const parts = ['encryption-keys', 'media', 'pgdata']

const fill = (dir: string, text: string): void => {
  mkdirSync(dir, { recursive: true })
  for (const part of parts) writeFileSync(`${dir}/${part}`, text)
}

const contents = (dir: string): string[] =>
  parts.map((part) => (existsSync(`${dir}/${part}`) ? readFileSync(`${dir}/${part}`, 'utf8') : ''))

/** A folder in use, and a restored one beside it that counts already. */
const begun = () => {
  const folder = temporaryFolder()
  const dir = folder.path
  fill(dir, 'old')
  fill(`${dir}/restored`, 'new')
  return { folder, dir }
}

describe('a restored installation', () => {
  test('takes its place, and what was there is kept', () => {
    using folder = temporaryFolder()
    const dir = folder.path
    fill(dir, 'old')
    fill(stagingOf(dir), 'new')
    settleRestored(dir)
    expect(contents(dir)).toEqual(['old', 'old', 'old'])
    commitRestored(dir)
    expect(contents(dir)).toEqual(['new', 'new', 'new'])
    expect(contents(replacedOf(dir))).toEqual(['old', 'old', 'old'])
    expect(readdirSync(dir).sort()).toEqual(['before-restore', ...parts])
  })

  test('that was put into an empty folder leaves nothing beside it', () => {
    using folder = temporaryFolder()
    fill(stagingOf(folder.path), 'new')
    commitRestored(folder.path)
    expect(readdirSync(folder.path).sort()).toEqual(parts)
  })

  const moves = parts.flatMap((part) => [
    (dir: string) => renameSync(`${dir}/${part}`, `${replacedOf(dir)}/${part}`),
    (dir: string) => renameSync(`${dir}/restored/${part}`, `${dir}/${part}`),
  ])

  test.each(Array.from({ length: moves.length + 1 }, (_, done) => done))(
    'takes its place where it was stopped after %i of 6 moves',
    (done) => {
      const { folder, dir } = begun()
      using _ = folder
      mkdirSync(replacedOf(dir))
      for (const move of moves.slice(0, done)) move(dir)
      settleRestored(dir)
      settleRestored(dir)
      expect(contents(dir)).toEqual(['new', 'new', 'new'])
      expect(contents(replacedOf(dir))).toEqual(['old', 'old', 'old'])
      expect(readdirSync(dir).sort()).toEqual(['before-restore', ...parts])
    },
  )
})
