import { spawnSync } from 'node:child_process'
import { accessSync, chmodSync, constants, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { readText, root } from './pages.ts'

const script = readText('.ci/run')

/** As the runner prints it, with colours. */
const summary = (text: string): string =>
  `\\033[2m Test Files \\033[22m \\033[1m\\033[32m2 passed\\033[39m\\033[22m\\033[90m (2)\\033[39m\\n\\033[2m      Tests \\033[22m ${text}\\n`

/** Runs the script with an npm that does as `cases` says: by the first words of its arguments, what to print and how to end. */
const runWith = (cases: Readonly<Record<string, readonly [string, number]>>) => {
  using folder = temporaryFolder(tmpdir())
  const branches = Object.entries(cases).map(([words, [text, code]]) => `"${words}"*) printf '${text}'; exit ${code};;`)
  writeFileSync(join(folder.path, 'npm'), `#!/usr/bin/env bash\ncase "$*" in\n${branches.join('\n')}\n*) exit 0;;\nesac\n`)
  chmodSync(join(folder.path, 'npm'), 0o755)
  const env = { ...process.env, PATH: `${folder.path}:${process.env.PATH}` }
  const { status, stdout } = spawnSync(`${root}.ci/run`, [], { env, encoding: 'utf8', timeout: 15_000 })
  return { status, last: stdout.trimEnd().split('\n').at(-1), stdout }
}

describe('.ci/run', () => {
  test('can be run, stops at mistakes of its own, and calls scripts that there are', () => {
    accessSync(`${root}.ci/run`, constants.X_OK)
    expect(script).toMatch(/^#!\/usr\/bin\/env bash\n/)
    expect(script).toContain('\nset -euo pipefail\n')
    const { scripts } = JSON.parse(readText('package.json'))
    const called = [...script.matchAll(/\bnpm run ([\w:-]+)/g)].map(([, name = '']) => name)
    expect(called).toEqual(['types', 'lint', 'db:generate', 'test:runtimes', 'demo'])
    expect(called.filter((name) => !Object.hasOwn(scripts, name))).toEqual([])
  })

  test('leaves out nothing that a developer has checked, and runs each test once', () => {
    const { scripts }: { scripts: Record<string, string> } = JSON.parse(readText('package.json'))
    for (const step of scripts.verify?.split(' && ') ?? []) {
      const [, project] = step.match(/^vitest run( --project \w+)$/) ?? []
      if (project === undefined) expect(script).toContain(step)
      else expect(scripts.test).toContain(project)
    }
    const ran = [scripts.test, scripts['test:runtimes']].join().match(/(?<=--project )\w+/g)
    const all = readText('vitest.config.ts').match(/(?<=\bproject\(')\w+/g)
    expect(ran?.toSorted()).toEqual(all?.toSorted())
  })

  test('sums up the tests of all sections', () => {
    const { status, last } = runWith({
      test: [summary('\\033[1m\\033[32m700 passed\\033[39m\\033[22m\\033[90m (700)\\033[39m'), 0],
      'run lint': [summary('500 passed | 2 skipped (502)'), 0],
      'run test:runtimes': ['a line about Tests 99 passed\\n Tests  no tests\\n', 0],
    })
    expect([status, last]).toEqual([0, '1200 passed, 0 failed'])
  })

  test('counts what failed, and runs the rest', () => {
    const { status, last, stdout } = runWith({
      test: [summary('\\033[31m3 failed\\033[39m | 10 passed (13)'), 1],
      'run demo': ['', 1],
    })
    expect([status, last]).toEqual([1, '10 passed, 4 failed'])
    expect(stdout.match(/^=== /gm)?.length).toBe(7)
  })

  test('says once more at its end which tests failed, and how', () => {
    const report = ' FAIL  unit tests/a.test.ts > adds\nError: expected 2 to be 3\n'
    const { stdout } = runWith({ test: [`${report}${'a line\n'.repeat(90)}${summary('1 failed (1)')}`, 1], 'run demo': ['no demo\n', 1] })
    const end = stdout.slice(stdout.indexOf('*** What failed'))
    expect(end).toContain('Error: expected 2 to be 3')
    expect(end).toContain('no demo')
  })

  test('ends where nothing could be installed', () => {
    const { status, last, stdout } = runWith({ ci: ['no network\\n', 1] })
    expect([status, last]).toEqual([1, '0 passed, 1 failed'])
    expect(stdout.match(/^=== /gm)?.length).toBe(1)
  })
})
