import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createNodeMac } from '#adapters/crypto/node-mac.ts'
import type { Database } from '#adapters/postgres/database.ts'
import type { Copies } from '#application/ports/copies.ts'
import type { Logger } from '#application/ports/logger.ts'
import { settingSpecs, storedSettings } from '#composition/adapters.ts'
import { compose, createBoundContainer } from '#composition/compose.ts'
import { type Container, get, type Token } from '#composition/container.ts'
import type { Choices, Platform } from '#composition/platform.ts'
import { T } from '#composition/tokens.ts'
import { err } from '#domain/shared/result.ts'
import { createFakeMediaStore } from '../fakes/media-store.ts'
import { createFakePosts } from '../fakes/posts.ts'
import { testDatabases } from '../support/databases.ts'

const silent: Logger = { debug() {}, info() {}, warn() {}, error() {}, with: () => silent }

const choices: Choices = {
  keys: [{ id: 'test', secret: new Uint8Array(32) }],
  rawRetention: 1,
  frontendUrl: 'http://localhost',
  gravatar: false,
  settings: new Map([['INSTAGRAM_APP_ID', '1234']]),
}

describe('the composition, on an embedded database', () => {
  let database: Database
  let platform: Platform
  let container: Container

  beforeAll(async () => {
    const pglite = testDatabases().find(({ name }) => name === 'pglite')
    if (!pglite) throw new Error('There is no embedded database to test on.')
    database = await pglite.open()
    const refuse = async () => err({ code: 'download.refused' } as const)
    const copies: Copies = { look: refuse, keep: refuse }
    const { posts } = createFakePosts(() => null)
    platform = { database, mac: createNodeMac(), logger: silent, mediaStore: createFakeMediaStore(), copies, posts }
    container = await createBoundContainer(platform, choices)
  })
  afterAll(() => database[Symbol.asyncDispose]())

  test.each(Object.entries<Token<unknown>>(T))('makes one %s', (_, token) => {
    const made = get(container, token)
    expect(made).toBeDefined()
    expect(get(container, token)).toBe(made)
  })

  test('makes every use case', () => {
    const made = Object.entries(get(container, T.UseCases))
    expect(made.length).toBeGreaterThan(10)
    expect(made.filter(([, useCase]) => typeof useCase !== 'function')).toEqual([])
  })

  test('is one of its own each time', async () => {
    const other = await createBoundContainer(platform, choices)
    expect(get(other, T.UseCases)).not.toBe(get(container, T.UseCases))
  })

  test('has a channel under each kind, and no setting twice', () => {
    const channels = get(container, T.Channels)
    expect(channels.size).toBeGreaterThan(0)
    for (const [kind, channel] of channels) expect(channel.kind).toBe(kind)
    const names = settingSpecs.map(({ name }) => name)
    expect(new Set(names).size).toBe(names.length)
  })

  test('calls who waits for events', async () => {
    let woken = 0
    const waiting = await createBoundContainer(platform, choices, () => void woken++)
    get(waiting, T.WakeIntake)()
    expect(woken).toBe(1)
  })

  test('stores what the environment gave once; a fixed setting stands above it and is never stored', async () => {
    const fixedSettings = new Map([['INSTAGRAM_APP_ID', 'fixed']])
    await (await compose(platform, choices)).seedSettings()
    await (await compose(platform, { ...choices, settings: new Map([['INSTAGRAM_APP_ID', 'later']]) })).seedSettings()
    const fixed = await createBoundContainer(platform, { ...choices, fixedSettings })
    expect((await get(fixed, T.Settings).read()).get('INSTAGRAM_APP_ID')).toBe('fixed')
    expect((await get(fixed, storedSettings).read()).get('INSTAGRAM_APP_ID')).toBe('1234')
  })

  test('needs a key', async () => {
    await expect(createBoundContainer(platform, { ...choices, keys: [] })).rejects.toThrow('at least one encryption key')
  })
})
