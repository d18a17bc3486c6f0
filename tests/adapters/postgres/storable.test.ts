import { describe, expect, test } from 'vitest'
import { losslessJson, restoreJson, storableJson, storableText, time } from '#adapters/postgres/storable.ts'
import { fc } from '../../support/properties.ts'

/** Text with all that is difficult: NUL, lone surrogates, backslashes, quotes, what looks like an escape. */
const difficult = fc
  .array(fc.oneof(fc.string(), fc.constantFrom('\0', '\ud83d', '\ude00', '\\', '\\u0000', '\\ud83d', '"', '😀', 'u0000')), { maxLength: 8 })
  .map((pieces) => pieces.join(''))

const jsonWith = (keys: fc.Arbitrary<string>) =>
  fc.letrec<{ value: unknown }>((tie) => ({
    value: fc.oneof(
      { depthSize: 'small' },
      difficult,
      fc.integer(),
      fc.constantFrom(null, true),
      fc.array(tie('value')),
      fc.dictionary(keys, tie('value')),
    ),
  })).value

const json = jsonWith(difficult)

/** Node 24's own JSON.parse mixes up keys that hold escapes: `{"x":null,"\\\\":""}` and then `{"x":null,"\\u0041":""}` gives the first twice. */
const parsable = jsonWith(difficult.filter((key) => !JSON.stringify(key).includes('\\')))

const refused = /(?<!\\)(?:\\\\)*\\u(?:0000|d[89a-f])/

describe('what PostgreSQL can hold', () => {
  test('text has neither NUL nor half a surrogate pair, and is else as it was', () => {
    expect(storableText('a\0b\ud83dc\ude00 😀')).toBe('a\ufffdb\ufffdc\ufffd 😀')
    fc.assert(fc.property(difficult, (text) => storableText(text).isWellFormed() && !storableText(text).includes('\0')))
  })

  test('JSON in rows has no escape that jsonb refuses, and replaces only those', () => {
    fc.assert(fc.property(json, (value) => !refused.test(storableJson(value))))
    fc.assert(fc.property(difficult, (text) => JSON.parse(storableJson(text)) === storableText(text)))
  })

  test('JSON in the log has none either, and loses nothing', () => {
    const restored = (value: unknown, asText: boolean) => restoreJson(JSON.parse(losslessJson(JSON.stringify(value), asText)))
    fc.assert(fc.property(json, (value) => !refused.test(losslessJson(JSON.stringify(value), false))))
    const isKept = (value: unknown, asText: boolean): void => {
      expect(restored(value, asText)).toEqual(value)
    }
    fc.assert(fc.property(parsable, fc.boolean(), isKept))
    for (const value of [{ $json: 'x' }, { $json: '{"a":1}' }, { $json: 1 }, '$json', null]) expect(restored(value, false)).toEqual(value)
  })

  test('times are those that both sides know', () => {
    expect([time(null), time(0), time(1e17), time(-1e17)]).toEqual([
      null,
      '1970-01-01T00:00:00.000Z',
      '9999-12-31T00:00:00.000Z',
      '0001-01-01T00:00:00.000Z',
    ])
  })
})
