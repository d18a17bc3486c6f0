import { expect, it } from 'vitest'
import { describeVariables } from '#composition/config.ts'
import { key, load, problemsOf, specs } from './config-support.ts'

/** A valid value of each variable that does not take a number or any text. */
const samples: Readonly<Record<string, string>> = {
  FRONTEND_URL: 'https://x',
  DATABASE_URL: 'postgres://x/y',
  ENCRYPTION_KEYS: key('a', 1),
  INSTAGRAM_GRAPH_URL: 'https://x',
  CONNECT_RETURN_URLS: 'https://x',
  ALLOW_PRIVATE_NETWORK: 'yes',
  DISABLE_GRAVATAR: 'no',
  MIGRATE_ON_START: 'no',
  ROLE: 'web',
  LOG_LEVEL: 'warn',
  LOG_FORMAT: 'json',
}

it.each(describeVariables(specs).map(({ name }) => name))('%s_FILE', (name) => {
  const value = samples[name] ?? '5'
  expect(load({ [name]: value })).not.toEqual(load({}))
  expect(load({ [`${name}_FILE`]: '/run/secrets/it' }, { '/run/secrets/it': `${value}\r\n` })).toEqual(load({ [name]: value }))
})

it('values from files are an error beside the variable itself, unless that is empty', () => {
  expect(problemsOf({ PORT: '1', PORT_FILE: '/f' }, { '/f': '2' })).toEqual(['PORT and PORT_FILE are both set; unset one of them.'])
  expect(load({ PORT: '', PORT_FILE: '/f' }, { '/f': '2' }).http.port).toBe(2)
  expect(load({ PORT: '3', PORT_FILE: '' }).http.port).toBe(3)
})

it('files that cannot be read or are empty are named, but not by a path that may be the secret', () => {
  expect(problemsOf({ ENCRYPTION_KEYS_FILE: 'canary' })).toEqual([
    'ENCRYPTION_KEYS_FILE names a file that cannot be read (ENOENT); set it to the path of a readable file that holds the value.',
  ])
  expect(problemsOf({ INSTAGRAM_APP_SECRET_FILE: '/f' }, { '/f': '\n' })).toEqual([
    'INSTAGRAM_APP_SECRET_FILE names an empty file; put the value into it, or unset it.',
  ])
})
