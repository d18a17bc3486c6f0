import { describe, expect, test } from 'vitest'
import { pauseAsked } from '#channels/meta/usage.ts'
import { hours, minutes, seconds } from '#domain/shared/instant.ts'

const asked = (headers: Readonly<Record<string, string>>, body = '') => pauseAsked((name) => headers[name] ?? null, body)
const app = (percent: number) => ({ 'x-app-usage': JSON.stringify({ call_count: percent, total_time: 25, total_cputime: 25 }) })
const business = (fields: object) => ({
  'x-business-use-case-usage': JSON.stringify({
    '17841': [{ type: 'instagram', call_count: 5, total_cputime: 5, total_time: 5, ...fields }],
  }),
})

describe('how long Meta wants rest', () => {
  test.each<[string, Readonly<Record<string, string>>, number | undefined]>([
    ['nothing said', {}, undefined],
    ['seconds', { 'retry-after': '7' }, seconds(7)],
    ['a date', { 'retry-after': 'Tue, 14 Jul 2026 12:00:30 GMT', date: 'Tue, 14 Jul 2026 12:00:00 GMT' }, seconds(30)],
    ['a date that is past', { 'retry-after': 'Tue, 14 Jul 2026 11:00:00 GMT', date: 'Tue, 14 Jul 2026 12:00:00 GMT' }, undefined],
    ['nonsense', { 'retry-after': 'soon', 'x-app-usage': '{', 'x-business-use-case-usage': '[]' }, undefined],
    ['no hurry', app(94), undefined],
    ['the brink', app(95), minutes(5)],
    ['beyond it', app(140), minutes(5)],
    ['an account at the brink', business({ total_cputime: 99 }), minutes(5)],
    ['an account that is told until when', business({ call_count: 100, estimated_time_to_regain_access: 19 }), minutes(19)],
    ['an account that need not wait', business({ estimated_time_to_regain_access: 0 }), undefined],
    ['the longest of several', { 'retry-after': '60', ...business({ estimated_time_to_regain_access: 2 }) }, minutes(2)],
    ['longer than a day', { 'retry-after': '9999999' }, hours(24)],
  ])('%s', (_, headers, pause) => expect(asked(headers)).toBe(pause))

  test('a key that is repeated is read every time', () =>
    expect(
      asked({
        'x-business-use-case-usage':
          '{"1":[{"type":"instagram","call_count":3,"estimated_time_to_regain_access":11}],"1":[{"type":"messenger","call_count":1,"estimated_time_to_regain_access":0}]}',
      }),
    ).toBe(minutes(11)))

  test('an error may say it in its body', () => {
    expect(asked({}, '{"error":{"code":80002,"error_data":{"estimated_time_to_regain_access":"3"}}}')).toBe(minutes(3))
    expect(asked({}, '{"error":{"code":80002,"estimated_time_to_regain_access":4}}')).toBe(minutes(4))
  })
})
