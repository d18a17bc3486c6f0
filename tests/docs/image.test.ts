import { spawnSync } from 'node:child_process'
import { globSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { channelModules } from '#channels/index.ts'
import { describeVariables } from '#composition/config.ts'
import { exists, readText, root } from './pages.ts'

const instructions = readText('Dockerfile')
  .replaceAll('\\\n', ' ')
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('#'))
  .map((line) => ({ word: line.split(' ')[0] ?? '', rest: line.slice(line.indexOf(' ') + 1).trim() }))

const all = (word: string): string[] => instructions.filter((instruction) => instruction.word === word).map(({ rest }) => rest)

/** What the image gets from us: the sources of each COPY that is not from another stage. */
const copied = all('COPY')
  .filter((rest) => !rest.startsWith('--from='))
  .flatMap((rest) => rest.split(' ').slice(0, -1))

describe('the image', () => {
  test('has two stages, on the Node that we develop with', () => {
    const { devDependencies } = JSON.parse(readText('package.json'))
    const major = String(devDependencies.node).split('.')[0]
    expect(all('FROM')).toEqual([`node:${major}-slim AS dependencies`, `node:${major}-slim`])
  })

  test('copies what is there and what is not ignored', () => {
    const ignore = readText('.dockerignore').split('\n')
    expect(ignore).toContain('*')
    expect(copied.length).toBeGreaterThan(4)
    expect(copied.filter((path) => !exists(path))).toEqual([])
    expect(copied.filter((path) => !ignore.includes(`!${path}`))).toEqual([])
    expect(
      ignore
        .filter((line) => line.startsWith('!'))
        .map((line) => line.slice(1))
        .sort(),
    ).toEqual([...new Set(copied)].sort())
  })

  test('holds everything that the server loads', () => {
    const loaded = globSync('{src,db}/**/*.ts', { cwd: root })
    const outside = loaded.filter((path) => /from '(?:\.\.\/)+(?!src\/|db\/|runtime\/|sandbox\/|cli\/)[a-z]+\//.test(readText(path)))
    expect(outside).toEqual([])
  })

  test('runs without root, where data can be written, with variables that we know', () => {
    expect(all('USER')).toEqual(['node'])
    expect(all('VOLUME')).toEqual(['/data'])
    const set = Object.fromEntries(all('ENV').flatMap((rest) => rest.split(' ').map((pair) => pair.split('='))))
    expect(set).toMatchObject({ HOST: '0.0.0.0', DATA_DIR: '/data' })
    const known = describeVariables(channelModules.flatMap(({ settings }) => settings)).map(({ name }) => name)
    expect(Object.keys(set).filter((name) => name !== 'NODE_ENV' && !known.includes(name))).toEqual([])
  })

  test('starts the server, and asks it whether it is ready', () => {
    const [command] = all('CMD').map((rest) => JSON.parse(rest))
    expect(command.join(' ')).toBe(JSON.parse(readText('package.json')).scripts.start)
    expect(exists(command.at(-1))).toBe(true)
    const [, , probe] = JSON.parse(all('HEALTHCHECK')[0]?.split(' CMD ')[1]?.trim() ?? '[]')
    expect(probe).toContain('/readyz')
    const { status } = spawnSync(process.execPath, ['-e', probe], { env: { ...process.env, PORT: '1' }, timeout: 15_000 })
    expect(status).toBe(1)
  })
})
