import { expect, test } from 'vitest'
import { networkOfCaller } from '#adapters/http/caller.ts'

test.each<[string, string | undefined, string | undefined, string | undefined]>([
  ['a stranger', '8.8.8.8', undefined, '8.8.8.8'],
  ['a stranger who pretends to be a proxy', '8.8.8.8', '9.9.9.9', '8.8.8.8'],
  ['a stranger with IPv6, by what is not theirs to choose', '2a03:2880:f12f:83::7', undefined, '2a03:2880:f12f:83::/64'],
  ['somebody of our own network', '10.1.2.3', undefined, '10.1.2.3'],
  ['the machine itself', '127.0.0.1', undefined, undefined],
  ['the machine itself, by IPv6', '::1', undefined, undefined],
  ['the machine itself, by both', '::ffff:127.0.0.1', undefined, undefined],
  ['nobody knows who', undefined, '8.8.8.8', undefined],
  ['a stranger, through a proxy on this machine', '127.0.0.1', '8.8.8.8', '8.8.8.8'],
  ['a stranger, through two proxies of our own', '::ffff:127.0.0.1', '8.8.8.8, 10.0.0.7', '8.8.8.8'],
  ['a stranger who made up what stands before them', '127.0.0.1', '1.1.1.1, 127.0.0.1, 8.8.8.8, 10.0.0.7', '8.8.8.8'],
  ['a stranger, through a proxy with a link-local address', '169.254.1.1', '8.8.8.8', '8.8.8.8'],
  ['a stranger, with the port that a proxy added', '10.0.0.7', '8.8.8.8:4711', '8.8.8.8'],
  ['a stranger, in brackets', '10.0.0.7', '[2a03:2880:f12f:83::7]:4711', '2a03:2880:f12f:83::/64'],
  ['a proxy that does not know', '10.0.0.7', 'unknown', '10.0.0.7'],
  ['a proxy on this machine that does not know', '127.0.0.1', 'unknown', undefined],
  ['somebody of our own network, through a proxy', '127.0.0.1', '192.168.0.9', '192.168.0.9'],
])('%s', (_, peer, forwardedFor, network) => {
  expect(networkOfCaller(peer, forwardedFor)).toBe(network)
})
