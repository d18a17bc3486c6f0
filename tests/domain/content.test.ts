import { describe, expect, test } from 'vitest'
import { splitText, utf8Bytes } from '#domain/message/content.ts'
import { fc } from '../support/properties.ts'

const encoded = (text: string) => new TextEncoder().encode(text).length
const withoutSpace = (text: string) => text.replace(/\s+/gu, '')

describe('splitting a text', () => {
  test.each([
    ['a'.repeat(999), 1],
    ['a'.repeat(1000), 1],
    ['a'.repeat(1001), 2],
    ['é'.repeat(500), 1],
    ['é'.repeat(501), 2],
    ['e\u0301'.repeat(333), 1],
    [`a${'e\u0301'.repeat(333)}`, 1],
    [`ab${'e\u0301'.repeat(333)}`, 2],
    ['🍞'.repeat(250), 1],
    [`${'🍞'.repeat(250)}.`, 2],
    ['שלום '.repeat(111), 1],
    [`${'שלום '.repeat(111)}.`, 1],
    ['مرحبا'.repeat(100), 1],
    [`${'مرحبا'.repeat(100)}.`, 2],
    ['👩‍👩‍👧‍👦'.repeat(41), 2],
  ])('%#: cuts only what is over 1000 bytes', (text, parts) => expect(splitText(text, 1000)).toHaveLength(parts))

  test('cuts between words', () => expect(splitText('one two three', 8)).toEqual(['one two', 'three']))

  test('keeps a family of emoji together', () => {
    const family = '👩‍👩‍👧‍👦'
    expect(splitText(family.repeat(3), encoded(family) * 2)).toEqual([family.repeat(2), family])
  })

  test('never takes an accent off its letter', () => {
    const parts = splitText('e\u0301'.repeat(400), 1000)
    expect(parts.map((part) => part.startsWith('e') && part.endsWith('\u0301'))).toEqual([true, true])
  })

  test('keeps right-to-left text in its order', () => {
    const text = Array.from({ length: 300 }, (_, n) => `שלום${n}`).join(' ')
    expect(splitText(text, 1000).join(' ')).toBe(text)
  })

  test('a text that fits stays as it is, spaces and all', () => expect(splitText('  hi \n', 100)).toEqual(['  hi \n']))

  test('parts fit, are never empty, and together hold every visible character', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 300 }), fc.integer({ min: 4, max: 120 }), (text, limit) => {
        const parts = splitText(text, limit)
        if (utf8Bytes(text) > limit) expect(parts.every((part) => part !== '' && encoded(part) <= limit)).toBe(true)
        expect(withoutSpace(parts.join(''))).toBe(withoutSpace(text))
      }),
    )
  })

  test('counts bytes as the platform does', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        expect(utf8Bytes(text)).toBe(encoded(text))
      }),
    )
  })
})
