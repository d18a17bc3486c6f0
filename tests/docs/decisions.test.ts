import { globSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { exists, page, pages, root } from './pages.ts'

const decisions = pages.filter(({ path }) => /^docs\/decisions\/\d/.test(path))

describe('the decisions', () => {
  test('are numbered without gaps, and all are in the index', () => {
    expect(decisions.length).toBeGreaterThan(9)
    const index = page('docs/decisions/README.md')
    for (const [n, { path }] of decisions.entries()) {
      expect(path).toMatch(new RegExp(`/${String(n + 1).padStart(4, '0')}-[a-z0-9-]+\\.md$`))
      expect(index.links).toContain(path.replace('docs/decisions/', ''))
    }
    expect(index.links).toHaveLength(decisions.length)
  })

  test.each(decisions.map((decision) => [decision.path, decision] as const))('%s is short, whole and confirmed', (_, { text, path }) => {
    expect(text.trimEnd().split('\n').length).toBeLessThanOrEqual(40)
    expect(text).toMatch(/^# \d+\. \S/)
    for (const heading of ['## Context', '## Decision', '## Consequence']) expect(text, path).toContain(`${heading}\n\n`)
    const confirmed = /\nConfirmed by: ([^\n]+)\n$/.exec(text)?.[1] ?? ''
    const named = [...confirmed.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name)
    const files = named.filter((name) => name.startsWith('tests/'))
    expect(files.filter((file) => !exists(file))).toEqual([])
    expect(named.filter((name) => name.startsWith('tests/') || name.startsWith('npm run '))).not.toEqual([])
  })

  test('rest on tests that run: each suite of a contract has its file', () => {
    const contracts = globSync('tests/contracts/*.contract.ts', { cwd: root })
    expect(contracts.length).toBeGreaterThan(5)
    expect(contracts.filter((path) => !exists(path.replaceAll('\\', '/').replace('.contract.ts', '.test.ts')))).toEqual([])
  })
})
