import { describe, expect, test } from 'vitest'
import { type AddressKind, addressKind, networkOf } from '#application/addresses.ts'

const table: readonly [AddressKind, string][] = [
  ['public', '1.1.1.1 8.8.8.8 9.255.255.255 11.0.0.0 100.63.255.255 100.128.0.0 126.255.255.255 128.0.0.0 157.240.1.35 172.15.255.255'],
  ['public', '172.32.0.0 192.167.255.255 192.169.0.0 198.17.255.255 198.20.0.0 223.255.255.255'],
  ['private', '10.0.0.0 10.255.255.255 100.64.0.0 100.127.255.255 127.0.0.1 127.255.255.255 172.16.0.0 172.31.255.255 192.168.0.1'],
  ['never', '0.0.0.0 0.1.2.3 169.254.169.254 192.0.0.170 192.0.2.1 192.88.99.1 198.18.0.1 198.19.255.255 198.51.100.7 203.0.113.9'],
  ['never', '224.0.0.1 239.255.255.255 240.0.0.1 255.255.255.255'],
  ['public', '2001:4860:4860::8888 2a03:2880:f12f:83:face:b00c:0:25de 2600:: 3ffe:ffff::1 2001:200::1 ::ffff:8.8.8.8 64:ff9b::808:808'],
  ['private', '::1 fc00::1 fdff:ffff::1 ::ffff:127.0.0.1 ::ffff:7f00:1 ::ffff:a00:1 64:ff9b::7f00:1 64:ff9b::192.168.0.1 0:0:0:0:0:0:0:1'],
  [
    'never',
    ':: fe80::1 fe80::1%eth0 febf::1 fec0::1 ff02::1 2002:7f00:1:: 2002:808:808:: 2001::1 2001:0:808:808::1 2001:db8::1 3fff:0:1::',
  ],
  [
    'never',
    '::127.0.0.1 ::7f00:1 ::8.8.8.8 64:ff9b:1::8.8.8.8 100::1 4000::1 ::ffff:0:127.0.0.1 ::ffff:169.254.169.254 64:ff9b::a9fe:a9fe',
  ],
  ['never', ':::1 1::2::3 12345::1 ::1.2.3 1:2:3:4:5:6:7 1:2:3:4:5:6:7:8:9 g::1 ::ffff:256.0.0.1'],
]

describe('what lies behind an address', () => {
  test.each(table.flatMap(([kind, list]) => list.split(' ').map((text) => [text, kind] as const)))('%s is %s', (text, kind) => {
    expect(addressKind(text)).toBe(kind)
  })

  test.each(['', 'localhost', 'example.com', '1.2.3', '1.2.3.4.5', '256.1.1.1', '01.2.3.4', '1.2.3.4 '])('%j is a name', (text) => {
    expect(addressKind(text)).toBeUndefined()
  })
})

test.each([
  ['8.8.8.8', '8.8.8.8'],
  ['::ffff:8.8.8.8', '8.8.8.8'],
  ['::FFFF:808:808', '8.8.8.8'],
  ['2a03:2880:f12f:83:face:b00c:0:25de', '2a03:2880:f12f:83::/64'],
  ['2A03:2880:f12f:0083::1%eth0', '2a03:2880:f12f:83::/64'],
  ['2a03:2880::1', '2a03:2880:0:0::/64'],
  ['::1', '0:0:0:0::/64'],
  ['unknown', undefined],
  ['', undefined],
  ['1.2.3.4:5', undefined],
  ['1:2', undefined],
])('%s belongs to %s', (address, network) => {
  expect(networkOf(address)).toBe(network)
})
