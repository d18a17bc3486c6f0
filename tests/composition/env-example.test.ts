import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { channelModules } from '#channels/index.ts'
import { describeVariables, loadConfig } from '#composition/config.ts'

const specs = channelModules.flatMap(({ settings }) => settings)
const rows = readFileSync(new URL('../../.env.example', import.meta.url), 'utf8').split('\n')

/** The variables of the file: `NAME=`, or `#NAME=default` right below a comment of one line. */
const written = rows.flatMap((row, index) => {
  const [, commented, name, value] = /^(#?)([A-Z][A-Z0-9_]*)=(.*)$/.exec(row) ?? []
  return name === undefined ? [] : [{ name, value, commented: commented === '#', comment: rows[index - 1] ?? '' }]
})

describe('.env.example', () => {
  it('names every variable once, and no other', () => {
    expect(written.map(({ name }) => name).sort()).toEqual(
      describeVariables(specs)
        .map(({ name }) => name)
        .sort(),
    )
  })

  it('comments out what has a default, and shows it', () => {
    const known = new Map(describeVariables(specs).map((variable) => [variable.name, variable.default]))
    for (const { name, value, commented } of written) {
      expect({ name, value, commented }).toEqual({ name, value: known.get(name) ?? '', commented: known.get(name) !== null })
    }
  })

  it('says what each is, in one line', () => {
    for (const { name, comment } of written) expect(comment, name).toMatch(/^# \S/)
  })

  it('changes nothing when it is used as it is', () => {
    const env = Object.fromEntries(written.filter(({ commented }) => !commented).map(({ name, value }) => [name, value]))
    const noFile = () => ''
    expect(loadConfig(env, noFile, specs)).toEqual(loadConfig({}, noFile, specs))
  })
})
