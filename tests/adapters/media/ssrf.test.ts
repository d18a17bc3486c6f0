import { createServer } from 'node:http'
import { type AddressInfo, BlockList, isIPv6 } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createSafeFetch } from '#adapters/media/safe-fetch.ts'
import { publicNetwork } from '#adapters/media/web-address.ts'
import type { Downloads } from '#application/ports/downloads.ts'
import { fc } from '../../support/properties.ts'

/** A judge of its own: Node's, with the ranges written as prefixes. */
const forbidden = new BlockList()
const ranges = [
  ...['0.0.0.0/8', '10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '169.254.0.0/16', '172.16.0.0/12', '192.0.0.0/24', '192.0.2.0/24'],
  ...['192.168.0.0/16', '198.18.0.0/15', '198.51.100.0/24', '203.0.113.0/24', '224.0.0.0/3'],
  ...['::/96', 'fc00::/7', 'fe80::/9', 'ff00::/8', '2001::/32', '2001:db8::/32', '2002::/16', '64:ff9b:1::/48', '100::/64'],
]
for (const range of ranges) {
  const [prefix = '', length] = range.split('/')
  forbidden.addSubnet(prefix, Number(length), prefix.includes(':') ? 'ipv6' : 'ipv4')
}
for (const range of ranges.slice(0, 13)) {
  const [prefix = '', length] = range.split('/')
  for (const around of ['::ffff:', '64:ff9b::']) forbidden.addSubnet(`${around}${prefix}`, 96 + Number(length), 'ipv6')
}
const isForbidden = (address: string): boolean => forbidden.check(address, isIPv6(address) ? 'ipv6' : 'ipv4')

const octet = fc.nat(255)
const inRange = (...head: number[]) => fc.tuple(octet, octet, octet).map((rest) => [...head, ...rest].slice(0, 4))
const privateV4: fc.Arbitrary<readonly number[]> = fc.oneof(
  fc.constantFrom([127, 0, 0, 1], [169, 254, 169, 254], [0, 0, 0, 0], [10, 0, 0, 1], [192, 168, 0, 1], [100, 100, 100, 200]),
  inRange(127),
  inRange(10),
  inRange(0),
  inRange(169, 254),
  inRange(192, 168),
  inRange(100).map(([a = 0, b = 0, c = 0, d = 0]) => [a, 64 + (b % 64), c, d]),
  inRange(172).map(([a = 0, b = 0, c = 0, d = 0]) => [a, 16 + (b % 16), c, d]),
  inRange(224).map(([, b = 0, c = 0, d = 0]) => [224 + (b % 32), b, c, d]),
)

const hex = (n: number): string => n.toString(16)
const bitsOf = ([a = 0, b = 0, c = 0, d = 0]: readonly number[]): number => ((a * 256 + b) * 256 + c) * 256 + d
const pairsOf = (ip: readonly number[]): [string, string] => [hex(Math.floor(bitsOf(ip) / 65_536)), hex(bitsOf(ip) % 65_536)]
const fullWidth = (text: string): string => text.replaceAll(/[\d.]/g, (c) => (c === '.' ? '。' : String.fromCharCode(0xff10 + Number(c))))
const percent = (text: string): string => [...text].map((c) => `%${hex(c.charCodeAt(0)).padStart(2, '0')}`).join('')

/** Ways to write one address as a URL's host. */
const spellings: readonly ((ip: readonly number[]) => string)[] = [
  (ip) => ip.join('.'),
  (ip) => `${ip.join('.')}.`,
  (ip) => String(bitsOf(ip)),
  (ip) => `0x${hex(bitsOf(ip))}`,
  (ip) => `0${bitsOf(ip).toString(8)}`,
  (ip) => ip.map((part) => `0${part.toString(8)}`).join('.'),
  (ip) => ip.map((part) => `0x${hex(part)}`).join('.'),
  (ip) => ip.map((part) => `0x000${hex(part)}`).join('.'),
  ([a = 0, b = 0, c = 0, d = 0]) => `${a}.${b}.${c * 256 + d}`,
  ([a = 0, b = 0, c = 0, d = 0]) => `${a}.${(b * 256 + c) * 256 + d}`,
  ([a = 0, b = 0, c = 0, d = 0]) => `${a}.0x${hex(b)}.0${c.toString(8)}.${d}`,
  (ip) => fullWidth(ip.join('.')),
  (ip) => percent(ip.join('.')),
  (ip) => `[::ffff:${ip.join('.')}]`,
  (ip) => `[::ffff:${pairsOf(ip).join(':')}]`,
  (ip) => `[0:0:0:0:0:ffff:${pairsOf(ip).join(':')}]`,
  (ip) => `[::${ip.join('.')}]`,
  (ip) => `[64:ff9b::${ip.join('.')}]`,
  (ip) => `[64:ff9b::${pairsOf(ip).join(':')}]`,
  (ip) => `[64:ff9b:1::${pairsOf(ip).join(':')}]`,
  (ip) => `[2002:${pairsOf(ip).join(':')}::1]`,
  (ip) => `[2001:0:${pairsOf(ip).join(':')}::1]`,
  () => '[::1]',
  () => '[::]',
  () => '[fe80::1]',
  () => '[fd00:ec2::254]',
  () => '[ff02::1]',
  () => '[0000:0000:0000:0000:0000:0000:0000:0001]',
]

const good = 'cdn.example'
/** Ways to dress a host up as another one. */
const disguises: readonly ((host: string) => string)[] = [
  (host) => `https://${host}/a.jpg`,
  (host) => `HTTPS://${host}:443/a.jpg`,
  (host) => `https:\\\\${host}\\a.jpg`,
  (host) => `https:/${host}/a.jpg`,
  (host) => `https:${host}/a.jpg`,
  (host) => `  https://${host}/`,
  (host) => `ht\ntps://${host}/\t`,
  (host) => `https://${good}@${host}/`,
  (host) => `https://${good}:x@${host}/`,
  (host) => `https://${good}%2f@${host}/`,
  (host) => `https://${host}?@${good}/`,
  (host) => `https://${host}#@${good}/`,
  (host) => `https://${host}\\@${good}/`,
  (host) => `http://${host}/`,
  (host) => `https://${host}:8443/`,
  (host) => `https://${host}:22/`,
  (host) => `ftp://${host}/`,
  (host) => `gopher://${host}:6379/_`,
  (host) => `file://${host}/etc/passwd`,
  (host) => `//${host}/`,
]

const ipOf = (ip: readonly number[]): string => ip.join('.')
const v6Of = (ip: readonly number[]): string => `::ffff:${pairsOf(ip).join(':')}`

type Form =
  | { readonly is: 'written'; readonly url: string }
  | { readonly is: 'redirected'; readonly url: string; readonly hops: number }
  | { readonly is: 'named' | 'changing'; readonly answers: readonly string[] }

const hostile = fc
  .tuple(privateV4, fc.constantFrom(...spellings), fc.constantFrom(...disguises))
  .map(([ip, spell, dress]) => dress(spell(ip)))
const publicAddress: fc.Arbitrary<string> = fc.constantFrom('157.240.1.35', '8.8.8.8', '2a03:2880:f12f:83:face:b00c:0:25de')
const hidden = fc.tuple(privateV4, fc.constantFrom(ipOf, v6Of)).map(([ip, write]) => write(ip))
const mixed = fc.tuple(fc.array(publicAddress, { maxLength: 2 }), hidden, fc.nat(2)).map(([fine, bad, at]) => fine.toSpliced(at, 0, bad))

const form: fc.Arbitrary<Form> = fc.oneof(
  { weight: 6, arbitrary: hostile.map((url): Form => ({ is: 'written', url })) },
  { weight: 2, arbitrary: fc.tuple(hostile, fc.integer({ min: 1, max: 3 })).map(([url, hops]): Form => ({ is: 'redirected', url, hops })) },
  { weight: 1, arbitrary: mixed.map((answers): Form => ({ is: 'named', answers })) },
  { weight: 1, arbitrary: hidden.map((bad): Form => ({ is: 'changing', answers: ['157.240.1.35', bad] })) },
)

describe('no address leads into a private network', () => {
  /** Everything that is public: it redirects to what its path says, or is a picture. */
  const world = createServer((request, response) => {
    const to = new URL(request.url ?? '/', 'http://world').searchParams.get('to')
    if (to === null) response.end('a picture')
    // As bytes: what a server writes need not be what a header may hold.
    else response.writeHead(302, { location: Buffer.from(to.replaceAll(/[\r\n]/g, '')).toString('latin1') }).end()
  })
  const dialled: string[] = []
  let port = 0
  beforeAll(async () => {
    await new Promise<void>((resolve) => world.listen(0, '127.0.0.1', resolve))
    port = (world.address() as AddressInfo).port
  })
  afterAll(() => void world.close())

  const rules = { ...publicNetwork, schemes: new Set(['https:', 'http:']), ports: new Set([80, 443, 8443]) }
  const start = (answers: readonly (readonly string[])[]): Downloads => {
    let asked = 0
    return createSafeFetch({
      rules,
      resolve: async (name) => (name === good ? ['157.240.1.35'] : (answers[Math.min(asked++, answers.length - 1)] ?? [])),
      dial: ({ address }) => {
        dialled.push(address)
        return { address: '127.0.0.1', port }
      },
    })
  }
  const get = (downloads: Downloads, url: string) =>
    downloads.get(url, { bytes: 1000, time: 60_000 }, async (content) => {
      const parts: Uint8Array[] = []
      for await (const part of content) parts.push(part)
      return Buffer.concat(parts).toString()
    })
  const through = (url: string, hops: number): string =>
    Array.from({ length: hops }).reduce<string>((to) => `http://${good}/?to=${encodeURIComponent(to)}`, url)

  test('what is public is reached, by name, by address and by redirect', async () => {
    for (const url of [`http://${good}/`, 'http://8.8.8.8/', 'http://[2a03:2880::1]/', through('http://1.1.1.1/', 3)]) {
      expect(await get(start([]), url), url).toEqual({ ok: true, value: 'a picture' })
    }
    expect(dialled.every((address) => !isForbidden(address))).toBe(true)
    expect(await get(start([]), through('http://1.1.1.1/', 4))).toEqual({ ok: false, error: { code: 'download.unavailable' } })
  })

  const urlOf = (each: Form): string => {
    if (each.is === 'written') return each.url
    return each.is === 'redirected' ? through(each.url, each.hops) : 'http://inside.example/'
  }

  test('10,000 forms', { timeout: 120_000 }, async () => {
    dialled.length = 0
    let seen = 0
    await fc.assert(
      fc.asyncProperty(form, async (each) => {
        seen += 1
        if (each.is === 'changing') {
          // One look-up, one answer: what the name says the next time is asked by nobody.
          const [first = '', then = ''] = each.answers
          const downloads = start([[first], [then]])
          expect(await get(downloads, 'http://rebinding.example/')).toEqual({ ok: true, value: 'a picture' })
          expect(await get(downloads, 'http://rebinding.example/')).toEqual({ ok: false, error: { code: 'download.refused' } })
          return
        }
        const url = urlOf(each)
        const found = await get(start([each.is === 'named' ? each.answers : []]), url)
        expect(found, url).toEqual({ ok: false, error: { code: 'download.refused' } })
      }),
      { numRuns: 10_000 },
    )
    expect(seen).toBe(10_000)
    expect(dialled.length).toBeGreaterThan(1000)
    expect([...new Set(dialled)].filter(isForbidden)).toEqual([])
  })
})
