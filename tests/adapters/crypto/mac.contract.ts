import { createHmac } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import type { Mac } from '#application/ports/mac.ts'
import { fc } from '../../support/properties.ts'

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)
const sign = (secret: string, message: Uint8Array): Uint8Array => new Uint8Array(createHmac('sha256', secret).update(message).digest())

/** What every Mac does. */
export const describeMac = (name: string, create: () => Mac): void => {
  describe(`${name} as a Mac`, () => {
    const mac = create()
    const message = bytes('{"object":"instagram"}')
    const signature = sign('pigeon', message)

    it('knows RFC 4231, test case 2', async () => {
      const known = Buffer.from('5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843', 'hex')
      expect(await mac.verifySha256('Jefe', bytes('what do ya want for nothing?'), known)).toBe(true)
    })

    it('accepts any message under any secret with its own signature, and no other', async () => {
      const secrets = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 200 })
      await fc.assert(
        fc.asyncProperty(secrets, fc.uint8Array({ maxLength: 500 }), fc.nat(255), async (secret, body, bit) => {
          const right = sign(secret, body)
          expect(await mac.verifySha256(secret, body, right)).toBe(true)
          const wrong = right.map((byte, index) => (index === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte))
          expect(await mac.verifySha256(secret, body, wrong)).toBe(false)
          expect(await mac.verifySha256(`${secret}x`, body, right)).toBe(false)
          expect(await mac.verifySha256(secret, new Uint8Array([...body, 0]), right)).toBe(false)
        }),
      )
    })

    it('says no to every wrong length', async () => {
      expect(await mac.verifySha256('pigeon', message, new Uint8Array())).toBe(false)
      expect(await mac.verifySha256('pigeon', message, signature.slice(0, 31))).toBe(false)
      expect(await mac.verifySha256('pigeon', message, new Uint8Array([...signature, 0]))).toBe(false)
    })

    it('signs the empty message too', async () => {
      expect(await mac.verifySha256('pigeon', new Uint8Array(), sign('pigeon', new Uint8Array()))).toBe(true)
      expect(await mac.verifySha256('pigeon', new Uint8Array(), signature)).toBe(false)
    })

    it('takes secrets as UTF-8', async () => {
      for (const secret of ['Täubchen 🕊️ 鳩', '\ufeffmarked', 'lone \ud800 surrogate', 'x'.repeat(500)])
        expect(await mac.verifySha256(secret, message, sign(secret, message))).toBe(true)
    })

    it('is never satisfied by an empty secret', async () => {
      expect(await mac.verifySha256('', message, sign('', message))).toBe(false)
    })

    it('reads a view by its own bounds', async () => {
      const within = new Uint8Array([9, ...message, 9]).subarray(1, -1)
      const signed = new Uint8Array([9, ...signature, 9]).subarray(1, -1)
      expect(await mac.verifySha256('pigeon', within, signed)).toBe(true)
      expect(await mac.verifySha256('pigeon', Buffer.from(message), Buffer.from(signature))).toBe(true)
    })

    it('stays right when many secrets take turns', async () => {
      const secrets = Array.from({ length: 60 }, (_, index) => `secret ${index % 40}`)
      const answers = await Promise.all(secrets.map((secret) => mac.verifySha256(secret, message, sign(secret, message))))
      expect(answers.every(Boolean)).toBe(true)
      expect(await mac.verifySha256('secret 0', message, sign('secret 1', message))).toBe(false)
    })
  })
}
