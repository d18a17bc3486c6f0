/**
 * `public`: anybody's. `private`: somebody's own network, the machine itself included. `never`: nothing that serves files, or what a
 * machine's landlord keeps there (link-local: the metadata of clouds).
 */
export type AddressKind = 'public' | 'private' | 'never'

const octet = /^(?:0|[1-9]\d{0,2})$/

/** The 32 bits of a dotted address; undefined where it is none. */
const parseV4 = (text: string): number | undefined => {
  const octets = text.split('.')
  if (octets.length !== 4 || !octets.every((part) => octet.test(part) && Number(part) <= 255)) return undefined
  return octets.reduce((bits, part) => bits * 256 + Number(part), 0)
}

const v4 = (text: string, length: number, kind: AddressKind) => {
  const first = parseV4(text) ?? 0
  return { first, last: first + 2 ** (32 - length) - 1, kind }
}

/** IANA's special-purpose registry; what is not in it is public. */
const special = [
  v4('0.0.0.0', 8, 'never'),
  v4('10.0.0.0', 8, 'private'),
  v4('100.64.0.0', 10, 'private'),
  v4('127.0.0.0', 8, 'private'),
  v4('169.254.0.0', 16, 'never'),
  v4('172.16.0.0', 12, 'private'),
  v4('192.0.0.0', 24, 'never'),
  v4('192.0.2.0', 24, 'never'),
  v4('192.88.99.0', 24, 'never'),
  v4('192.168.0.0', 16, 'private'),
  v4('198.18.0.0', 15, 'never'),
  v4('198.51.100.0', 24, 'never'),
  v4('203.0.113.0', 24, 'never'),
  v4('224.0.0.0', 4, 'never'),
  v4('240.0.0.0', 4, 'never'),
]

const kindOfV4 = (bits: number): AddressKind => special.find(({ first, last }) => bits >= first && bits <= last)?.kind ?? 'public'

const group = /^[0-9a-f]{1,4}$/i

/** The groups of one side of `::`; a dotted end counts as two. */
const groupsOf = (side: string): number[] | undefined => {
  if (side === '') return []
  const parts = side.split(':')
  const dotted = parseV4(parts.at(-1) ?? '')
  const hex = dotted === undefined ? parts : parts.slice(0, -1)
  if (!hex.every((part) => group.test(part))) return undefined
  return [...hex.map((part) => Number.parseInt(part, 16)), ...(dotted === undefined ? [] : [Math.floor(dotted / 65_536), dotted % 65_536])]
}

/** The eight groups of an IPv6 address; undefined where it is none. */
const parseV6 = (text: string): number[] | undefined => {
  const [before = '', after, ...rest] = text.split('::')
  const [head, tail] = [groupsOf(before), after === undefined ? [] : groupsOf(after)]
  if (!head || !tail || rest.length > 0) return undefined
  const missing = 8 - head.length - tail.length
  if (after === undefined ? missing !== 0 : missing < 1) return undefined
  return [...head, ...Array.from({ length: missing }, () => 0), ...tail]
}

const isZero = (groups: readonly number[]): boolean => groups.every((each) => each === 0)

const kindOfV6 = (groups: readonly number[]): AddressKind => {
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = groups
  const embedded = kindOfV4(g * 65_536 + h)
  if (isZero([a, b, c, d, e]) && f === 0xffff) return embedded
  if (a === 0x64 && b === 0xff9b && isZero([c, d, e, f])) return embedded
  if (isZero(groups.slice(0, 7)) && h === 1) return 'private'
  if (a >= 0xfc00 && a <= 0xfdff) return 'private'
  // Only 2000::/3 is given out; inside it are Teredo and its neighbours, 6to4, and what documentation uses.
  if (a < 0x2000 || a > 0x3fff) return 'never'
  const reserved = (a === 0x2001 && (b < 0x200 || b === 0xdb8)) || a === 0x2002 || (a === 0x3fff && b < 0x1000)
  return reserved ? 'never' : 'public'
}

/** What lies behind an address, as a resolver or a URL gives it (without brackets); undefined where it is no address but a name. */
export const addressKind = (text: string): AddressKind | undefined => {
  const bits = parseV4(text)
  if (bits !== undefined) return kindOfV4(bits)
  if (!text.includes(':')) return undefined
  const groups = parseV6(text.replace(/%.*$/, ''))
  return groups ? kindOfV6(groups) : 'never'
}

const v4InV6 = [0, 0, 0, 0, 0, 0xffff]

/**
 * What one household has of the Internet: an IPv4 address, or the first half of an IPv6 one, of which it has all the rest. Undefined
 * where it is no address.
 */
export const networkOf = (text: string): string | undefined => {
  if (parseV4(text) !== undefined) return text
  const groups = text.includes(':') ? parseV6(text.replace(/%.*$/, '')) : undefined
  if (!groups) return undefined
  const [g = 0, h = 0] = groups.slice(6)
  if (v4InV6.every((each, n) => each === groups[n])) return [g >> 8, g & 255, h >> 8, h & 255].join('.')
  return `${groups
    .slice(0, 4)
    .map((each) => each.toString(16))
    .join(':')}::/64`
}
