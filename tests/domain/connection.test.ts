import { expect, test } from 'vitest'
import { type ConnectionState, stateAfter, type TokenNews } from '#domain/inbox/connection.ts'

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
