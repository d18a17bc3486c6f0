import { describe, expect, it } from 'vitest'
import { redact } from '#adapters/system/redact.ts'
import { fc } from '../../support/properties.ts'

const canary = 'c4nary-PigeonPost_77'
const printed = (value: unknown): string => JSON.stringify(redact(value, { stacks: true }))

describe('redacted values', () => {
  it('prints what JSON cannot', () => {
    const plain = {
      big: 10n ** 20n,
      nan: Number.NaN,
      at: new Date(0),
      never: new Date(Number.NaN),
      run: () => 1,
      sign: Symbol('x'),
      none: undefined,
    }
    expect(redact(plain, { stacks: false })).toEqual({
      big: '100000000000000000000',
      nan: 'NaN',
      at: '1970-01-01T00:00:00.000Z',
      never: '[invalid date]',
      run: '[function]',
      sign: '[symbol]',
      none: undefined,
    })
    const held = {
      bytes: new TextEncoder().encode(canary),
      set: new Set([1, `access_token=${canary}`]),
      url: new URL(`https://a:${canary}@b/?token=${canary}`),
    }
    expect(printed(held)).not.toContain(canary)
    expect(printed(held)).toContain('[20 bytes]')
  })

  it('survives cycles, throwing getters, proxies and strange classes', () => {
    const cycle: { name: string; self?: unknown } = { name: 'loop' }
    cycle.self = [cycle]
    const shared = { id: 1 }
    const thrower = {
      get fine() {
        return 1
      },
      get broken(): never {
        throw new Error(canary)
      },
    }
    const proxy = new Proxy(
      {},
      {
        ownKeys: () => {
          throw new Error(canary)
        },
      },
    )
    const dead = Proxy.revocable({}, {})
    dead.revoke()
    const json = {
      toJSON: () => {
        throw new Error(canary)
      },
    }
    const given = {
      cycle,
      twice: [shared, shared],
      thrower,
      proxy,
      dead: dead.proxy,
      json,
      bare: Object.create(null),
      hostile: JSON.parse('{"__proto__":{"token":"x"}}'),
    }
    expect(printed(given)).toBe(
      '{"cycle":{"name":"loop","self":["[circular]"]},"twice":[{"id":1},{"id":1}],"thrower":{"fine":1,"broken":"[unreadable]"},' +
        '"proxy":"[unreadable]","dead":"[unreadable]","json":{"toJSON":"[function]"},"bare":{},"hostile":{"__proto__":{"token":"[redacted]"}}}',
    )
  })

  it('bounds depth, width and length', () => {
    const deep = Array.from({ length: 100 }).reduce<unknown>((inner) => ({ inner }), 'bottom')
    const wide = Object.fromEntries(Array.from({ length: 5000 }, (_, index) => [`k${index}`, index]))
    const tree = (level: number): unknown => (level === 0 ? 'x'.repeat(5000) : Array.from({ length: 40 }, () => tree(level - 1)))
    expect(printed(deep)).toContain('[deep]')
    expect(printed(wide).length).toBeLessThan(2000)
    expect(printed(tree(3)).length).toBeLessThan(60_000)
    expect(printed('y'.repeat(1_000_000))).toMatch(/… \(1000000 characters\)"$/)
  })

  it('prints errors by name, message, code, causes and, when asked, stacks', () => {
    const root = Object.assign(new TypeError(`no access_token=${canary}`), {
      code: 'ECONNRESET',
      response: { body: canary },
      detail: canary,
    })
    const error = new Error(`sending failed: Bearer ${canary}`, { cause: root })
    expect(redact(error, { stacks: false })).toEqual({
      name: 'Error',
      message: 'sending failed: Bearer [redacted]',
      cause: { name: 'TypeError', message: 'no access_token=[redacted]', code: 'ECONNRESET' },
    })
    expect(printed(error)).toContain('redact.test.ts')
    expect(printed(error)).not.toContain(canary)
    expect(printed(new AggregateError([root, canary], 'both'))).toContain('"errors":[{"name":"TypeError"')
    expect(printed(Object.assign(new Error('x'), { code: `${canary}${'x'.repeat(60)}` }))).not.toContain(canary)
  })

  it('bounds the chain of causes, also one that bites its tail', () => {
    const first = new Error('first')
    first.cause = new Error('second', { cause: first })
    expect(redact(first, { stacks: false })).toMatchObject({ cause: { message: 'second', cause: '[circular]' } })
    const long = Array.from({ length: 50 }).reduce<Error>((cause) => new Error('link', { cause }), new Error('root'))
    expect(printed(long).match(/"link"/g)).toHaveLength(8)
  })

  it('never throws, whatever comes', () => {
    fc.assert(
      fc.property(
        fc.anything({
          withBigInt: true,
          withDate: true,
          withMap: true,
          withSet: true,
          withNullPrototype: true,
          withTypedArray: true,
          withSparseArray: true,
          withObjectString: true,
        }),
        (value) => {
          JSON.stringify(redact(value, { stacks: true }))
        },
      ),
    )
  })
})
