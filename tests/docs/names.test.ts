import { globSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { commands } from '../../src/cli/commands.ts'
import { exists, inCode, leadsSomewhere, pages, readText, root } from './pages.ts'

const { scripts }: { scripts: Record<string, string> } = JSON.parse(readText('package.json'))

const sourceText = globSync('{src,db}/**/*.{ts,sql}', { cwd: root })
  .map((path) => readFileSync(root + path, 'utf8'))
  .join('\n')

describe('the pages', () => {
  test('are there, and say things in code', () => {
    expect(pages.length).toBeGreaterThan(12)
    expect(pages.flatMap(({ spans }) => spans).length).toBeGreaterThan(300)
    for (const { path, text } of pages)
      expect(text.match(/^ *```/gm)?.length ?? 0, `${path}: open block`).toSatisfy((n: number) => n % 2 === 0)
  })

  test('link to what is there', () => {
    const links = pages.flatMap(({ path, links }) => links.map((link) => ({ path, link })))
    expect(links.length).toBeGreaterThan(15)
    expect(links.filter(({ path, link }) => !leadsSomewhere(path, link))).toEqual([])
    expect(leadsSomewhere('README.md', 'docs/nowhere.md')).toBe(false)
    expect(leadsSomewhere('README.md', '#no-such-heading')).toBe(false)
  })

  test('name files and folders that are there', () => {
    const paths = inCode(
      /(?<![\w/.-])((?:src|db|tests|docs|\.ci)\/[\w./*{}-]*\w|(?:Dockerfile|LICENSE|package\.json|\.env\.example|wrangler\.toml)(?![\w./]))/g,
    )
    expect(paths.length).toBeGreaterThan(60)
    expect(paths.filter(({ what }) => globSync(what.replace('/*.', '/**/*.'), { cwd: root }).length === 0)).toEqual([])
  })

  test('name npm scripts that there are', () => {
    const named = inCode(/\bnpm (?:run ([\w:-]+)|(?:start|test)\b)/g).map(({ where, what }) => ({ where, what: what.replace('npm ', '') }))
    expect(new Set(named.map(({ what }) => what)).size).toBeGreaterThan(5)
    expect(named.filter(({ what }) => !Object.hasOwn(scripts, what))).toEqual([])
  })

  test('name commands and options that there are', () => {
    const calls = inCode(/\bnpm run cli -- ([^\n`]+)/g).map(({ where, what }) => ({ where, words: what.split(' ') }))
    const unknown = calls.filter(({ words: [first = '', second = ''] }) => {
      return first !== 'COMMAND' && first !== '--help' && !Object.hasOwn(commands, `${first} ${second}`) && !Object.hasOwn(commands, first)
    })
    expect(calls.length).toBeGreaterThan(3)
    expect(unknown).toEqual([])
    const options = new Set(['help', 'json', ...Object.values(commands).flatMap((command) => Object.keys(command.options))])
    /** Of other programs. */
    const foreign = ['project', 'omit', 'check', 'no-lock', 'max-semi-space-size', 'heap-growing-percent']
    expect(inCode(/(?<![\w-])--([a-z][\w-]*)/g).filter(({ what }) => !options.has(what) && !foreign.includes(what))).toEqual([])
  })

  test('name codes, events and reasons that the source has', () => {
    const files = /\.(?:ts|md|sql|json|toml|test|com|example)$/
    const named = inCode(/(?<![\w./@:#-])([a-z][a-z_]{2,}\.[a-z][a-z_]{2,})(?![\w./-])/g).filter(({ what }) => !files.test(what))
    /** Fields inside of the API's JSON, and what texts may name. */
    const fields = [
      'content_attributes.',
      'delivery.',
      'connection.webhooks_subscribed',
      'connection.last_error',
      'connection.gap_fill',
      'checks.',
      'contact.first_name',
      'noun.reason',
    ]
    const codes = named.filter(({ what }) => !fields.some((field) => what.startsWith(field)))
    expect(new Set(codes.map(({ what }) => what)).size).toBeGreaterThan(25)
    expect(codes.filter(({ what }) => !sourceText.includes(`'${what}'`))).toEqual([])
  })

  test('name fields of the JSON that the source has', () => {
    const named = inCode(/\b(?:content_attributes|delivery|connection|checks)\.([a-z_]+)/g)
    expect(named.length).toBeGreaterThan(8)
    expect(named.filter(({ what }) => !new RegExp(`\\b${what}\\b`).test(sourceText))).toEqual([])
  })
})

describe('the changelog', () => {
  test('has a place for what is not released', () => expect(readText('CHANGELOG.md')).toMatch(/^## \[Unreleased\]\n\n### Added\n/m))

  test('belongs to the licence that the manifest names', () => {
    expect(exists('LICENSE')).toBe(true)
    expect(JSON.parse(readText('package.json')).license).toBe('MIT')
  })
})
