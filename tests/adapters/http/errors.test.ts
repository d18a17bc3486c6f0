import { expect, test } from 'vitest'
import { refusals } from '../../../src/adapters/http/errors.ts'

const statuses = [400, 401, 403, 404, 405, 409, 410, 413, 415, 422, 429, 500, 502, 503]

test.each(Object.entries(refusals))('%s has a status and one whole sentence', (code, { status, sentence }) => {
  expect(code).toMatch(/^[a-z_]+\.[a-z_]+$/)
  expect(statuses).toContain(status)
  expect(sentence).toMatch(/^[A-Z][^.]*\.$/)
})

test('the table is not empty', () => {
  expect(Object.keys(refusals).length).toBeGreaterThan(40)
})
