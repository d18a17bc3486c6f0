const timestamp = /^(\d{4,}-\d\d-\d\d) (\d\d:\d\d:\d\d)(?:\.(\d+))?([+-]\d\d)(:\d\d)?$/

const epochMilliseconds = (text: string): number => {
  if (text === 'infinity') return Number.POSITIVE_INFINITY
  if (text === '-infinity') return Number.NEGATIVE_INFINITY
  const [, date, time, fraction = '', hours, minutes = ':00'] = timestamp.exec(text) ?? []
  if (date === undefined) throw new RangeError(`A timestamp that this program cannot read: ${text}`)
  return Date.parse(`${date}T${time}.${fraction.padEnd(3, '0').slice(0, 3)}${hours}${minutes}`)
}

/** Copied out of Buffer's shared pool, so that `.buffer` holds these bytes and nothing else. */
const bytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text.slice(2), 'hex'))

/** One column type: its oid in the catalogs, the oid of its array type, and how its text form is read. */
export interface ColumnParser {
  readonly oid: number
  readonly arrayOid: number
  parse(text: string): unknown
}

/** Where we read a value differently from a driver's default; the same for every driver. */
export const columnParsers: readonly ColumnParser[] = [
  { oid: 17, arrayOid: 1001, parse: bytes },
  { oid: 20, arrayOid: 1016, parse: Number },
  { oid: 1184, arrayOid: 1185, parse: epochMilliseconds },
]
