import { describe, expect, test } from 'vitest'
import { withoutPerson } from '#application/contacts/without-person.ts'
import { fc } from '../support/properties.ts'

const said = (who: string, text: string) => ({
  sender: { id: who },
  recipient: { id: '100' },
  timestamp: 1,
  message: { mid: `m-${text}`, text },
})

const body = (...entries: readonly (readonly object[])[]) =>
  JSON.stringify({ object: 'instagram', entry: entries.map((messaging, n) => ({ id: '100', time: n, messaging })) })

describe('a webhook body without one person', () => {
  test('holds what others said, letter for letter', () => {
    const [ann, bob, again] = [said('901', 'from Ann'), said('902', 'from Bob'), said('901', 'more')]
    expect(withoutPerson(body([ann, bob]), '901')).toBe(body([bob]))
    expect(withoutPerson(body([bob, ann]), '901')).toBe(body([bob]))
    expect(withoutPerson(body([ann, bob, again]), '901')).toBe(body([bob]))
    expect(withoutPerson(body([bob], [ann, again], [bob, ann]), '901')).toBe(body([bob], [bob]).replace('"time":1', '"time":2'))
    const spaced = '{ "a" : [ {"id": "2", "big": 17841400000000000777, "x": "\\u0031"} , {"id":"1"}\n, {"id":"3"} ] }'
    expect(withoutPerson(spaced, '1')).toBe('{ "a" : [ {"id":"3"} ] }')
    expect(withoutPerson(spaced, '9')).toBe(spaced)
    expect(withoutPerson(spaced, '3')).toBe('{ "a" : [ {"id": "2", "big": 17841400000000000777, "x": "\\u0031"} , {"id":"1"} ] }')
  })

  test('is gone where nobody else is in it', () => {
    expect(withoutPerson(body([said('901', 'a')], [said('901', 'b')]), '901')).toBeUndefined()
    expect(withoutPerson('{"id":"1"}', '1')).toBeUndefined()
    expect(withoutPerson('{"id":1,"name":"n"}', '1')).toBeUndefined()
  })

  test('loses a message that goes to them alone, and them from a list of several', () => {
    const read = {
      participants: { data: [{ id: '1' }, { id: '100' }] },
      messages: { data: [{ to: { data: [{ id: '1' }] }, message: 'hi' }, { id: 'x' }] },
    }
    expect(withoutPerson(JSON.stringify(read), '1')).toBe('{"participants":{"data":[{"id":"100"}]},"messages":{"data":[{"id":"x"}]}}')
  })

  test('is gone where it cannot be read', () => {
    for (const text of ['', 'not json', '{"a":[', '{"a":1} x', '["\\x"]', '{"a" 1}', '[1,]', `${'['.repeat(200_000)}`])
      expect(withoutPerson(text, '1')).toBeUndefined()
  })

  test('never names them, and is JSON whose strangers are all there', () => {
    const person = fc.constantFrom('901', '902', '903')
    const message = fc.tuple(person, fc.string())
    fc.assert(
      fc.property(fc.array(fc.array(message, { minLength: 1 })), (entries) => {
        const whole = body(...entries.map((messages) => messages.map(([who, text]) => said(who, `t ${text}`))))
        const others = entries.flat().filter(([who]) => who !== '901')
        const left = withoutPerson(whole, '901')
        const found = (JSON.parse(left ?? '{"entry":[]}') as { entry: { messaging: ReturnType<typeof said>[] }[] }).entry.flatMap(
          ({ messaging }) => messaging,
        )
        expect(found).toEqual(others.map(([who, text]) => said(who, `t ${text}`)))
      }),
    )
  })
})
