import { describe, expect, it } from 'vitest'
import { systemClock } from '#adapters/system/clock.ts'
import { createLogger, type LoggerOptions } from '#adapters/system/logger.ts'

const start = Date.UTC(2026, 7, 20, 12, 30, 45, 6)

const setUp = (options: Partial<LoggerOptions> = {}) => {
  const lines: string[] = []
  const write = (line: string) => lines.push(line)
  return { lines, logger: createLogger({ level: 'info', format: 'json', write, clock: { now: () => start }, ...options }) }
}

describe('a json logger', () => {
  it('writes one object per line', () => {
    const { lines, logger } = setUp()
    logger.info('message.sent', { messageId: 7, note: 'two\nrows' })
    expect(lines).toEqual(['{"time":"2026-08-20T12:30:45.006Z","level":"info","event":"message.sent","messageId":7,"note":"two\\nrows"}'])
  })

  it('writes what is at its level or above', () => {
    for (const [level, count] of [
      ['debug', 4],
      ['info', 3],
      ['warn', 2],
      ['error', 1],
    ] as const) {
      const { lines, logger } = setUp({ level })
      for (const each of ['debug', 'info', 'warn', 'error'] as const) logger[each]('x')
      expect(lines).toHaveLength(count)
    }
  })

  it('carries the fields of `with`, the nearest winning, and keeps its own words', () => {
    const { lines, logger } = setUp()
    logger.with({ requestId: 'r1', a: 1 }).with({ a: 2, token: 'canary' }).warn('x', { b: 3, event: 'mine', time: 'then', level: 9 })
    logger.warn('y')
    expect(JSON.parse(lines[0] ?? '')).toEqual({
      time: '2026-08-20T12:30:45.006Z',
      level: 'warn',
      event: 'x',
      requestId: 'r1',
      a: 2,
      token: '[redacted]',
      b: 3,
      event_: 'mine',
      time_: 'then',
      level_: 9,
    })
    expect(lines[1]).not.toContain('r1')
  })

  it('shows stacks on error lines, and on every line at debug', () => {
    const error = new Error('boom')
    const { lines, logger } = setUp()
    logger.warn('x', { error })
    logger.error('x', { error })
    const debugging = setUp({ level: 'debug' })
    debugging.logger.warn('x', { error })
    expect(lines.map((line) => line.includes('logger.test.ts'))).toEqual([false, true])
    expect(debugging.lines[0]).toContain('logger.test.ts')
  })

  it('masks secrets everywhere: event, keys, values, messages, stacks', () => {
    const { lines, logger } = setUp({ level: 'debug' })
    const error = new Error('GET /me?access_token=canary', { cause: new Error('Bearer canary') })
    logger.error('call dvc_canary', { whsec_canary: 1, error, headers: { cookie: 'canary' }, note: 'sha256=canary', content: 'canary' })
    expect(lines[0]).not.toContain('canary')
  })

  it('never throws and still writes', () => {
    const { lines, logger } = setUp()
    const trap = {
      get token(): never {
        throw new Error('canary')
      },
      get other(): never {
        throw new Error('canary')
      },
    }
    logger.info('x', trap)
    logger.info(
      'y',
      new Proxy(
        {},
        {
          ownKeys: () => {
            throw new Error('canary')
          },
        },
      ),
    )
    expect(lines.map((line) => JSON.parse(line).event)).toEqual(['x', 'y'])
    expect(lines.join()).not.toContain('canary')
    setUp({
      write: () => {
        throw new Error('EPIPE')
      },
    }).logger.error('z')
  })
})

describe('a pretty logger', () => {
  it('writes time, level, event and fields as key=value', () => {
    const { lines, logger } = setUp({ format: 'pretty' })
    logger.info('message.sent', { messageId: 7, url: 'http://x/y', note: 'two words', list: [1, 'a'], none: undefined, empty: '' })
    expect(lines).toEqual(['12:30:45.006Z INFO  message.sent messageId=7 url=http://x/y note="two words" list=[1,"a"] empty=""'])
  })

  it('puts stacks below, those of causes too', () => {
    const { lines, logger } = setUp({ format: 'pretty' })
    logger.error('job.failed', { error: new Error('boom', { cause: new TypeError('root') }) })
    const [head, ...rows] = (lines[0] ?? '').split('\n')
    expect(head).toBe(
      '12:30:45.006Z ERROR job.failed error={"name":"Error","message":"boom","cause":{"name":"TypeError","message":"root"}}',
    )
    expect(rows.filter((row) => /^ {4}(Error: boom|TypeError: root)$/.test(row))).toHaveLength(2)
  })

  it('lets nothing steer the terminal', () => {
    const { lines, logger } = setUp({ format: 'pretty' })
    const error = new Error('\u001b[2J\u009b2J\u202eabc\r\nfake')
    logger.error('x\u001b[31m', { note: '\u001b]0;title\u0007\u009b1m\u202e\u2028', '\u001bkey': 1, error })
    expect(lines[0]).not.toMatch(/[\p{Cf}\u2028\u2029]/u)
    expect(lines[0]?.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u)
  })
})

it('the system clock tells milliseconds', () => {
  const before = Date.now()
  expect(systemClock.now()).toBeGreaterThanOrEqual(before)
  expect(systemClock.now()).toBeLessThanOrEqual(Date.now())
})
