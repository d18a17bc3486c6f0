import { expect, test } from 'vitest'
import { type ConnectionState, stateAfter, stateAt, type TokenNews } from '#domain/inbox/connection.ts'

test.each<[ConnectionState, TokenNews, ConnectionState]>([
  ['connected', 'refreshed', 'connected'],
  ['connected', 'refresh_failed', 'refresh_failing'],
  ['connected', 'refused', 'reauthorization_required'],
  ['connected', 'expired', 'reauthorization_required'],
  ['refresh_failing', 'refreshed', 'connected'],
  ['refresh_failing', 'refresh_failed', 'refresh_failing'],
  ['refresh_failing', 'refused', 'reauthorization_required'],
  ['refresh_failing', 'expired', 'reauthorization_required'],
  ['reauthorization_required', 'refreshed', 'reauthorization_required'],
  ['reauthorization_required', 'refresh_failed', 'reauthorization_required'],
  ['reauthorization_required', 'expired', 'reauthorization_required'],
  ['disconnected', 'refreshed', 'disconnected'],
  ['disconnected', 'refused', 'disconnected'],
])('an inbox that is %s, when its token is %s, is %s', (state, news, after) => expect(stateAfter(state, news)).toBe(after))

test.each<[ConnectionState, number | null, ConnectionState]>([
  ['connected', 1001, 'connected'],
  ['connected', 1000, 'reauthorization_required'],
  ['refresh_failing', 999, 'reauthorization_required'],
  ['reauthorization_required', 999, 'reauthorization_required'],
  ['disconnected', 999, 'disconnected'],
  ['connected', null, 'connected'],
])('an inbox that was written down as %s, with a token to %s, is %s at 1000', (state, end, is) =>
  expect(stateAt(state, end, 1000)).toBe(is),
)
