import { describe, expect, it } from 'vitest'
import type { SettingSpec } from '#application/ports/settings.ts'
import { describeVariables, isPolled, loadConfig, requireForServe } from '#composition/config.ts'
import { key, load, problemsOf, specs } from './config-support.ts'

describe('the configuration', () => {
  it('is complete without any variable', () => {
    expect(load({})).toEqual({
      http: { port: 3000, host: '127.0.0.1', frontendUrl: 'http://localhost:3000' },
      database: { kind: 'embedded', dataDir: './data' },
      dataDir: './data',
      settings: new Map(),
      role: 'all',
      log: { level: 'info' },
      migrateOnStart: true,
      rawRetentionDays: 30,
      clientCallsPerMinute: 3000,
      allowPrivateNetwork: false,
      disableGravatar: true,
      sandboxPort: 4010,
    })
    expect(load(Object.fromEntries(describeVariables(specs).map(({ name }) => [name, ' '])))).toEqual(load({}))
  })

  it('takes every variable', () => {
    const env = {
      PORT: '8080',
      HOST: '0.0.0.0',
      FRONTEND_URL: 'https://inbox.example.com/base/',
      DATABASE_URL: 'postgres://u:p@db:5432/dovecote',
      DATA_DIR: '/var/dovecote',
      ENCRYPTION_KEYS: `${key('new', 1)},${key('old', 2)}`,
      PLATFORM_APP_TOKEN: 'dvc_platform',
      ALLOW_PRIVATE_NETWORK: 'true',
      DISABLE_GRAVATAR: 'false',
      MIGRATE_ON_START: 'no',
      RAW_RETENTION_DAYS: '7',
      CLIENT_CALLS_PER_MINUTE: '0',
      REVIEW_INBOX_ID: '12',
      SANDBOX_PORT: '4011',
      ROLE: 'worker',
      LOG_LEVEL: 'debug',
      LOG_FORMAT: 'pretty',
      INSTAGRAM_APP_SECRET: 'shh',
      INSTAGRAM_GRAPH_URL: 'http://127.0.0.1:4010/',
      UNRELATED: 'x',
    }
    expect(load(env)).toEqual({
      http: { port: 8080, host: '0.0.0.0', frontendUrl: 'https://inbox.example.com/base' },
      database: { kind: 'postgres', url: 'postgres://u:p@db:5432/dovecote' },
      dataDir: '/var/dovecote',
      keys: [
        { id: 'new', secret: new Uint8Array(32).fill(1) },
        { id: 'old', secret: new Uint8Array(32).fill(2) },
      ],
      platformAppToken: 'dvc_platform',
      settings: new Map([
        ['REVIEW_INBOX_ID', '12'],
        ['INSTAGRAM_APP_SECRET', 'shh'],
        ['INSTAGRAM_GRAPH_URL', 'http://127.0.0.1:4010'],
      ]),
      role: 'worker',
      log: { level: 'debug', format: 'pretty' },
      migrateOnStart: false,
      rawRetentionDays: 7,
      clientCallsPerMinute: 0,
      allowPrivateNetwork: true,
      disableGravatar: false,
      sandboxPort: 4011,
    })
  })

  it('builds the default FRONTEND_URL from PORT', () => expect(load({ PORT: '81' }).http.frontendUrl).toBe('http://localhost:81'))

  it.each(['true', 'TRUE', '1', 'yes', 'Yes'])('reads %s as true', (text) =>
    expect(load({ ALLOW_PRIVATE_NETWORK: text }).allowPrivateNetwork).toBe(true),
  )

  it.each(['false', 'False', '0', 'no', 'NO'])('reads %s as false', (text) =>
    expect(load({ DISABLE_GRAVATAR: text }).disableGravatar).toBe(false),
  )
})

describe('problems', () => {
  it.each([
    ['PORT', '0', 'is not a whole number from 1 to 65535; write it in digits.'],
    ['PORT', '65536', 'is not a whole number from 1 to 65535; write it in digits.'],
    ['PORT', '80.5', 'is not a whole number from 1 to 65535; write it in digits.'],
    ['PORT', '0x50', 'is not a whole number from 1 to 65535; write it in digits.'],
    ['SANDBOX_PORT', 'http', 'is not a whole number from 1 to 65535; write it in digits.'],
    ['RAW_RETENTION_DAYS', '-1', 'is not a whole number from 1 to 3650; write it in digits.'],
    ['HOST', 'http://x/', 'is not an address to listen on; write a host name or an IP address, for example 0.0.0.0.'],
    ['ROLE', 'server', 'is none of all, web, worker; set it to one of them.'],
    ['LOG_LEVEL', 'verbose', 'is none of debug, info, warn, error; set it to one of them.'],
    ['LOG_FORMAT', 'xml', 'is none of json, pretty; set it to one of them.'],
    ['ALLOW_PRIVATE_NETWORK', 'on', 'is neither yes nor no; set it to true or false.'],
    ['DISABLE_GRAVATAR', 'constructor', 'is neither yes nor no; set it to true or false.'],
    ['MIGRATE_ON_START', '2', 'is neither yes nor no; set it to true or false.'],
    ...['inbox.example.com', '/app', 'ftp://x', 'https://x/?a=b', 'https://x/#a', 'https://u:p@x', 'https://a b'].map((url) => [
      'FRONTEND_URL',
      url,
      'is not a plain http(s) URL; write it like https://inbox.example.com, without user, query and fragment.',
    ]),
    [
      'INSTAGRAM_GRAPH_URL',
      'graph.instagram.com',
      'is not a plain http(s) URL; write it like https://inbox.example.com, without user, query and fragment.',
    ],
    [
      'DATABASE_URL',
      'mysql://u:canary@db/x',
      'is not a PostgreSQL URL; write it like postgres://user:password@host:5432/name, with special characters in %XX form.',
    ],
    [
      'DATABASE_URL',
      'postgres://u:canary@:x:/y',
      'is not a PostgreSQL URL; write it like postgres://user:password@host:5432/name, with special characters in %XX form.',
    ],
    [
      'PLATFORM_APP_TOKEN',
      'canary canary',
      'cannot be sent in a header; use letters, digits and punctuation without spaces, for example from `openssl rand -hex 32`.',
    ],
    ['ENCRYPTION_KEYS', 'canary:canary', 'has no key of 32 bytes in base64 in place 1; make one with `openssl rand -base64 32`.'],
  ] as [string, string, string][])('%s=%s', (name, value, sentence) => {
    expect(problemsOf({ [name]: value })).toEqual([`${name} ${sentence}`])
    expect(problemsOf({ [`${name}_FILE`]: '/f' }, { '/f': value })).toEqual([`${name} ${sentence}`])
    expect(sentence).not.toContain('canary')
  })

  it('are told all at once', () => {
    const problems = problemsOf({
      PORT: 'x',
      ROLE: 'y',
      ENCRYPTION_KEYS: 'canary,b:canary',
      DATABASE_URL_FILE: '/no',
      INSTAGRAM_GRAPH_URL: 'z',
      INSTAGRAM_APP_SECRET: 'canary',
      INSTAGRAM_APP_SECRET_FILE: '/no',
    })
    expect(problems.map((problem) => problem.split(' ')[0]).sort()).toEqual([
      'DATABASE_URL_FILE',
      'ENCRYPTION_KEYS',
      'ENCRYPTION_KEYS',
      'INSTAGRAM_APP_SECRET',
      'INSTAGRAM_GRAPH_URL',
      'PORT',
      'ROLE',
    ])
    expect(problems.join()).not.toContain('canary')
    for (const problem of problems) expect(problem).toMatch(/^[A-Z_]+ [^.]*;.*\.$/)
  })
})

describe('settings of the installation', () => {
  it('have the form that is asked for when they are changed later', () => {
    const withForm: readonly SettingSpec[] = [
      { name: 'SHOE', kind: 'secret', about: 'a shoe', form: { pattern: /^\d+$/, otherwise: 'is no size; write it in digits' } },
    ]
    const wrong = loadConfig({ SHOE: 'canary', REVIEW_INBOX_ID: 'canary' }, () => '', withForm)
    expect(wrong).toEqual({
      ok: false,
      error: ['REVIEW_INBOX_ID is not the number of an inbox; write it in digits.', 'SHOE is no size; write it in digits.'],
    })
  })
})

describe('keys', () => {
  it('are needed to serve with a database of its own', () => {
    const env = { DATABASE_URL: 'postgres://db/x' }
    expect(requireForServe(load(env))).toEqual([expect.stringMatching(/^ENCRYPTION_KEYS is not set, .*;.*openssl rand -base64 32`\.$/)])
    expect(requireForServe(load({ ...env, ENCRYPTION_KEYS: key('a', 1) }))).toEqual([])
    expect(requireForServe(load({}))).toEqual([])
  })
})

it('describes every variable', () => {
  const described = describeVariables(specs)
  expect(described.filter(({ secret }) => secret).map(({ name }) => name)).toEqual([
    'DATABASE_URL',
    'ENCRYPTION_KEYS',
    'PLATFORM_APP_TOKEN',
    'INSTAGRAM_APP_SECRET',
  ])
  expect(described.find(({ name }) => name === 'INSTAGRAM_API_VERSION')).toEqual({
    name: 'INSTAGRAM_API_VERSION',
    default: 'v25.0',
    about: 'version',
    secret: false,
  })
  const defaults = described
    .filter((variable) => variable.default !== null && variable.name !== 'FRONTEND_URL')
    .map((variable) => [variable.name, variable.default])
  expect({ ...load(Object.fromEntries(defaults)), settings: undefined }).toEqual({ ...load({}), settings: undefined })
})

it.each([
  ['https://inbox.example.com', false],
  ['https://inbox.example.com:8443/desk', false],
  ['http://inbox.example.com', true],
  ['https://localhost', true],
  ['https://192.168.1.20', true],
  ['https://172.20.0.1', true],
  ['https://172.32.0.1', false],
  ['https://[::1]:3000', true],
])('providers can push to %s: not so is %s', (frontendUrl, polled) => {
  expect(isPolled({ http: { port: 3000, host: '127.0.0.1', frontendUrl } })).toBe(polled)
})
