import { describe, expect, test } from 'vitest'
import { instagramLimits } from '#channels/instagram/limits.ts'
import { humanAgentWindow, requiredPermissions, standardWindow } from '#channels/instagram/settings.ts'
import { failureOf } from '#channels/meta/errors.ts'
import { uncertainLimit, uncertainPatience } from '#domain/message/delivery.ts'
import { days, hours, minutes, seconds } from '#domain/shared/instant.ts'
import { page, readText, rowsAfter } from './pages.ts'

const instagram = page('docs/channels/instagram.md')

/** The keys of an exported type, by its text. */
const keysOf = (path: string, type: string): string[] => {
  const [, body = ''] = new RegExp(`export (?:interface|type) ${type}\\b[^{]*\\{\\n([\\s\\S]*?)\\n\\}`).exec(readText(path)) ?? []
  return [...body.matchAll(/^ {2}readonly '?([\w-]+)'?:/gm)].map(([, key = '']) => key)
}

describe('the page about Instagram', () => {
  test('names every kind of event', () => {
    const kinds = keysOf('src/application/intake/channel-event.ts', 'EventPayloads')
    expect(kinds.length).toBeGreaterThan(10)
    expect(kinds.filter((kind) => !instagram.spans.includes(kind))).toEqual([])
  })

  test('names what is asked for', () => expect(requiredPermissions.filter((scope) => !instagram.spans.includes(scope))).toEqual([]))

  test('has a row for each class of errors, and names each class of refusals', () => {
    const port = readText('src/application/ports/channel.ts')
    const codes = [...new Set([...port.matchAll(/code: '(channel\.\w+)'/g)].map(([, code = '']) => code))]
    expect(codes).toHaveLength(5)
    const rows = rowsAfter(instagram.text, '## When Instagram does not take an answer')
    expect(rows.map(([code]) => code).sort()).toEqual(codes.sort())
    const classes = [...(/type RejectionClass = ([^\n]+)/.exec(port)?.[1]?.matchAll(/'(\w+)'/g) ?? [])].map(([, name = '']) => name)
    expect(classes.length).toBeGreaterThan(5)
    expect(classes.filter((name) => !instagram.spans.includes(name))).toEqual([])
  })

  test('puts each code that it names into the right class', () => {
    for (const [code = '', when = ''] of rowsAfter(instagram.text, '## When Instagram does not take an answer')) {
      const numbers = /codes? ([\d, ]+(?:and \d+)?)/.exec(when)?.[1]?.match(/\d+/g) ?? []
      for (const number of numbers) {
        const answer = { kind: 'answer', status: 400, body: { error: { code: Number(number) } }, pause: undefined } as const
        expect(failureOf(answer, 'writes')?.code, number).toBe(code)
      }
    }
  })

  test('has the limits that the code has', () => {
    expect([instagramLimits.textBytes, standardWindow, humanAgentWindow]).toEqual([1000, hours(24), days(7)])
    expect([uncertainPatience, uncertainLimit]).toEqual([seconds(30), minutes(10)])
    for (const value of ['1000 bytes', '24 hours', '7 days', '30 seconds', '10 minutes']) expect(instagram.text).toContain(value)
  })

  test('has what can be sent, and how much of it', () => {
    const { media = [], imagesTogether, choices, cards, stickers } = instagramLimits
    const rows = rowsAfter(instagram.text, '| `file_type` | what it may be | at most |').slice(1)
    expect(rows.map(([type, , most]) => [type, most])).toEqual(media.map(({ type, bytes }) => [type, `${bytes / 1024 / 1024} MB`]))
    expect(rows.map(([, types]) => types?.split(', ').length)).toEqual(media.map(({ contentTypes = [] }) => contentTypes.length))
    const said = [
      `up to ${imagesTogether} neighbouring images`,
      `up to ${choices?.most} titles`,
      `\`title\` (${choices?.titleCharacters} characters)`,
      `up to ${cards?.most} cards`,
      `\`description\` (${cards?.textCharacters} characters each)`,
      `up to ${cards?.buttons} \`actions\` (\`text\` of ${cards?.buttonCharacters} characters`,
      `(${cards?.bareTextCharacters} characters) and actions alone`,
      `the content ${stickers?.join(' or ')}`,
    ]
    for (const words of said) expect(instagram.text).toContain(words)
  })
})
