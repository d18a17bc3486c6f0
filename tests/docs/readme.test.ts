import { globSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { createHttpApp } from '#adapters/http/app.ts'
import type { Logger } from '#application/ports/logger.ts'
import { channelModules } from '#channels/index.ts'
import { webhookFields } from '#channels/instagram/settings.ts'
import { describeVariables } from '#composition/config.ts'
import { variables } from '#composition/variables.ts'
import { steps } from '../../src/cli/demo/story.ts'
import { blank } from '../architecture/blank.ts'
import { inCode, page, pathsInTree, readText, root, rowsAfter } from './pages.ts'

const readme = page('README.md')

const silent: Logger = { debug() {}, info() {}, warn() {}, error() {}, with: () => silent }

const routes = (): string[] => {
  const app = createHttpApp({
    openScope: () => Promise.reject(new Error('Nothing is asked here.')),
    frontendUrl: 'http://localhost',
    clock: { now: () => 0 },
    ids: { next: () => '' },
    logger: silent,
    readiness: async () => ({ ready: true, checks: {} }),
  })
  const all = app.routes.filter(({ method }) => method !== 'ALL')
  return [...new Set(all.map(({ method, path }) => `${method} ${path.replaceAll(/:(\w+)(?:\{[^}]*\})?/g, '{$1}')}`))]
}

const known = describeVariables(channelModules.flatMap(({ settings }) => settings))

describe('the demo in the README', () => {
  test('has a line for each step', () => {
    const output = readme.blocks.find(({ text }) => text.includes('Starting Dovecote'))?.text ?? ''
    expect(output.match(/^\d+\. \S/gm)).toHaveLength(steps.length)
  })
})

describe('the configuration in the README', () => {
  const rows = rowsAfter(readme.text, '## Configuration')
  const settings = rowsAfter(readme.text, '| setting | default | meaning |')
  const written = [...rows, ...settings].map(([name = '', preset]) => ({ name: name.replace(' °', ''), preset }))

  test('is every variable once, in order, with its default', () => {
    expect(rows.map(([name]) => name?.replace(' °', ''))).toEqual(Object.keys(variables))
    expect(written.map(({ name }) => name)).toEqual(known.map(({ name }) => name))
    expect(written).toEqual(known.map(({ name, default: preset }) => ({ name, preset: preset ?? '–' })))
  })

  test('says what each is', () => {
    for (const [name, , meaning] of [...rows, ...settings]) expect(meaning?.length, name).toBeGreaterThan(5)
  })

  test('marks what nothing uses', () => {
    /** Where they are declared, read and checked. */
    const declared = /^src\/(?:composition\/(?:config|variables)|channels\/\w+\/settings)\.ts$/
    const code = globSync('src/**/*.ts', { cwd: root })
      .map((path) => path.replaceAll('\\', '/'))
      .filter((path) => !declared.test(path))
      .map((path) => blank(readText(path), 'comments'))
      .join('\n')
    /** Of which the configuration makes something with another name. */
    const renamed = ['DATABASE_URL', 'ENCRYPTION_KEYS', 'LOG_LEVEL', 'LOG_FORMAT']
    const camel = (name: string): string => name.toLowerCase().replaceAll(/_(\w)/g, (_, letter: string) => letter.toUpperCase())
    const isUsed = (name: string): boolean => renamed.includes(name) || new RegExp(`'${name}'|\\b${camel(name)}\\b`).test(code)
    const marked = [...rows, ...settings].flatMap(([name = '']) => (name.endsWith(' °') ? [name.replace(' °', '')] : []))
    expect(marked).toEqual(known.map(({ name }) => name).filter((name) => !isUsed(name)))
  })
})

describe('variables on all pages', () => {
  test('are known', () => {
    /** Words in capitals that are no variables. */
    const others = [
      'NAME_FILE',
      'HUMAN_AGENT',
      'KEY',
      'TOKEN',
      'COMMAND',
      'JSON',
      'GET',
      'POST',
      'PATCH',
      'DELETE',
      'SIGTERM',
      'SIGINT',
      'SKIP',
      'LOCKED',
      'SELECT',
      'REST',
      'CHANGELOG',
    ]
    const named = inCode(/(?<![\w/.-])([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*)(?![\w-])/g).filter(({ what }) => what.length > 3)
    expect(named.length).toBeGreaterThan(60)
    const names = new Set(known.map(({ name }) => name))
    expect(named.filter(({ what }) => !names.has(what.replace(/_FILE$/, '')) && !others.includes(what))).toEqual([])
  })
})

describe('the routes in the README', () => {
  const rows = rowsAfter(readme.text, '## The API').map(([method, path]) => `${method} ${path}`)

  test('are exactly those that there are', () => {
    expect(rows.length).toBeGreaterThan(20)
    expect(rows.toSorted()).toEqual(routes().toSorted())
  })

  test('are all that any page names', () => {
    const paths = routes().map((route) => (route.split(' ')[1] ?? '').replaceAll(/\{\w+\}/g, '[^/\\s]+'))
    const fits = (path: string): boolean => paths.some((pattern) => new RegExp(`^${pattern}$`).test(path))
    const named = inCode(
      /(?:(?<![\w.*/~}-])|(?<=localhost:3000|\{FRONTEND_URL\}))(\/(?:api|platform|webhooks|app|livez|readyz|instagram|\{channel\})\b[\w/{}-]*)/g,
    )
    expect(named.length).toBeGreaterThan(40)
    const prefixes = ['/platform']
    expect(named.filter(({ what }) => !fits(what) && !prefixes.includes(what))).toEqual([])
  })
})

describe('the tree in the README', () => {
  const tree = pathsInTree(readme.blocks.find(({ text }) => text.startsWith('.\n'))?.text ?? '')

  test('is true', () => {
    expect(tree.length).toBeGreaterThan(35)
    expect(tree.filter((path) => globSync(path, { cwd: root }).length === 0)).toEqual([])
  })

  test('has every folder of the source', () => {
    const files = globSync('src/**/*.ts', { cwd: root }).map((path) => path.replaceAll('\\', '/').split('/').slice(0, -1))
    const deep = ['domain', 'application', 'channels', 'adapters']
    const folders = new Set(
      files.flatMap(([src = '', ring = '', folder]) => {
        return folder !== undefined && deep.includes(ring) ? [`${src}/${ring}`, `${src}/${ring}/${folder}`] : [`${src}/${ring}`]
      }),
    )
    expect(folders.size).toBeGreaterThan(20)
    expect([...folders].filter((folder) => !tree.includes(folder))).toEqual([])
  })
})

describe('the size in the README', () => {
  test.each([
    ['src', /about ([\d ]+) lines of TypeScript/],
    ['src/sandbox', /, ([\d ]+) of them the simulated Instagram/],
  ])('of %s is true within a tenth', (folder, said) => {
    const texts = globSync(`${folder}/**/*.ts`, { cwd: root }).map(readText)
    const lines = texts.reduce((sum, text) => sum + text.split('\n').length - 1, 0)
    const written = Number(said.exec(readme.text)?.[1]?.replaceAll(' ', ''))
    expect(Math.abs(written - lines) / lines).toBeLessThan(0.1)
  })
})

describe('the webhook fields', () => {
  test.each(['README.md', 'docs/channels/instagram.md'])('are all in %s', (path) => {
    expect(webhookFields.filter((field) => !page(path).spans.includes(field))).toEqual([])
  })
})
