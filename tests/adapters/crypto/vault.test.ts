import { describe, expect, it } from 'vitest'
import { createVault } from '#adapters/crypto/vault.ts'
import { fc } from '../../support/properties.ts'

const key = (id: string, fill: number) => ({ id, secret: new Uint8Array(32).fill(fill) })
const vault = createVault({ keys: [key('new', 1), key('old', 2)] })
const context = 'credential:instagram:17841400000000001'
const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

const failure = async (promise: Promise<unknown>): Promise<Error> => {
  const outcome = await promise.then(
    () => undefined,
    (error: unknown) => error,
  )
  expect(outcome).toBeInstanceOf(Error)
  return outcome as Error
}

describe('the vault', () => {
  it('opens what it sealed, whatever the text and the context', async () => {
    const texts = fc.string({ unit: 'binary', maxLength: 300 })
    await fc.assert(
      fc.asyncProperty(texts, texts, async (plain, place) => {
        expect(await vault.open(await vault.seal(plain, place), place)).toBe(plain)
      }),
    )
  })

  it('opens with the same context alone', async () => {
    const texts = fc.string({ unit: 'binary', maxLength: 40 })
    await fc.assert(
      fc.asyncProperty(texts, texts, async (given, other) => {
        fc.pre(given !== other)
        await failure(vault.open(await vault.seal('secret', given), other))
      }),
    )
  })

  it('seals again what another key of its ring sealed, and nothing else', async () => {
    const old = createVault({ keys: [key('old', 2)] })
    expect([vault.sealingKey, old.sealingKey]).toEqual(['new', 'old'])
    const resealed = await vault.reseal(await old.seal('secret', context), context)
    expect(resealed).toEqual({ is: 'resealed', sealed: expect.stringMatching(/^v1\.new\./) })
    if (resealed.is === 'resealed') expect(await createVault({ keys: [key('new', 1)] }).open(resealed.sealed, context)).toBe('secret')
    expect(await vault.reseal(await vault.seal('secret', context), context)).toEqual({ is: 'current' })
    expect(await vault.reseal(await vault.seal('secret', context), 'elsewhere')).toEqual({ is: 'unreadable' })
    expect(await old.reseal(await vault.seal('secret', context), context)).toEqual({ is: 'unreadable' })
    expect(await vault.reseal('no envelope', context)).toEqual({ is: 'unreadable' })
  })

  it('keeps a byte order mark and the empty text', async () => {
    for (const plain of ['\ufeffmarked', '']) expect(await vault.open(await vault.seal(plain, context), context)).toBe(plain)
  })

  it('seals under the first key and never the same way twice', async () => {
    const [one, two] = [await vault.seal('secret', context), await vault.seal('secret', context)]
    expect(one).toMatch(/^v1\.new\.[\w-]{16}\.[\w-]+$/)
    expect(one).not.toBe(two)
  })

  it('notices every changed character of an envelope', async () => {
    const envelope = await vault.seal('a token', context)
    for (let at = 0; at < envelope.length; at++) {
      const index = alphabet.indexOf(envelope.charAt(at))
      const others = index < 0 ? ['A', '-'] : [1, 2, 4, 8, 16, 32].map((bit) => alphabet.charAt(index ^ bit))
      for (const other of others) await failure(vault.open(envelope.slice(0, at) + other + envelope.slice(at + 1), context))
    }
  })

  it.each([
    ['', 'nothing'],
    ['plain text', 'plain text'],
    ['v1.new.AAAAAAAAAAAAAAAA', 'no ciphertext'],
    ['v1.new.AAAAAAAAAAAAAAAA.AAAA', 'less than a tag'],
    ['v1.new.AAAAAAAAAAAA.AAAAAAAAAAAAAAAAAAAAAAAAAAAA', 'a short iv'],
    ['v2.new.AAAAAAAAAAAAAAAA.AAAAAAAAAAAAAAAAAAAAAAAAAAAA', 'another version'],
    ['v1.new.AAAAAAAAAAAAAAAA.AAAAAAAAAAAAAAAAAAAAAAAAAAAA.A', 'something after it'],
    ['v1.new.AAAAAAAAAAAAAAA=.AAAAAAAAAAAAAAAAAAAAAAAAAAA=', 'padding'],
  ])('refuses %j (%s) as no envelope, without repeating it', async (envelope) => {
    const { message } = await failure(vault.open(envelope, context))
    expect(message).toBe('The value is not an envelope of this vault.')
  })

  it('rotates: a ring with a new first key opens old envelopes and seals under the new one', async () => {
    const before = createVault({ keys: [key('old', 2)] })
    const sealed = await before.seal('secret', context)
    expect(await vault.open(sealed, context)).toBe('secret')
    await expect(before.open(await vault.seal('secret', context), context)).rejects.toThrow(
      'sealed by the key "new", which is not in the ring',
    )
  })

  it('does not open under a key of the same id with other bytes, or under the id of another key', async () => {
    const sealed = await vault.seal('secret', context)
    await failure(createVault({ keys: [key('new', 9)] }).open(sealed, context))
    const twins = createVault({ keys: [key('one', 7), key('two', 7)] })
    await failure(twins.open((await twins.seal('secret', context)).replace('v1.one.', 'v1.two.'), context))
  })

  it('keeps its keys when the caller wipes them', async () => {
    const ring = [key('k', 5)]
    const wiped = createVault({ keys: ring })
    ring[0]?.secret.fill(0)
    expect(await createVault({ keys: [key('k', 5)] }).open(await wiped.seal('secret', context), context)).toBe('secret')
  })

  it('refuses text that UTF-8 cannot hold instead of changing it', async () => {
    await expect(vault.seal('a\ud800b', context)).rejects.toThrow('well-formed')
    await expect(vault.seal('text', '\udc00')).rejects.toThrow('well-formed')
  })

  it.each([
    [[], 'at least one key'],
    [[key('a', 1), key('a', 2)], 'same id'],
    [[key('a.b', 1)], 'key id'],
    [[{ id: 'a', secret: new Uint8Array(31) }], '32 bytes'],
  ])('refuses a ring that is none', (keys, sentence) => {
    expect(() => createVault({ keys })).toThrow(sentence)
  })

  it('never tells the plain text or a key in an error', async () => {
    const secret = new TextEncoder().encode('canary-key-canary-key-canary-key')
    const canary = createVault({ keys: [{ id: 'k', secret }] })
    const sealed = await canary.seal('canary-text', context)
    for (const envelope of [`${sealed}AAAA`, 'canary-text', sealed.replace('.k.', '.other.')]) {
      const error = await failure(canary.open(envelope, 'elsewhere'))
      expect(`${error.message} ${error.stack} ${String(error.cause)}`).not.toMatch(/canary-(text|key)/)
    }
  })
})
