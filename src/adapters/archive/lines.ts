import { createHash } from 'node:crypto'
import type { ArchiveContent, ArchiveEntry, ArchiveHeader } from '#application/ports/archive.ts'

/** The file is not what a backup looked like when it was made. The message is a sentence for a person. */
export class ArchiveDamaged extends Error {
  override readonly name = 'ArchiveDamaged'
}

/** Each line is a word, a space and JSON; those of rows are JSON already. */
const separator = ' '

export const headerLine = (header: ArchiveHeader): string => `dovecote${separator}${JSON.stringify(header)}\n`

export const lineOf = (entry: ArchiveEntry): string => {
  if (entry.kind === 'row') return `row${separator}${entry.json}\n`
  if (entry.kind === 'bytes') return `bytes${separator}"${entry.base64}"\n`
  const { kind, ...rest } = entry
  return `${kind}${separator}${JSON.stringify(rest)}\n`
}

const split = (line: string): readonly [string, string] => {
  const at = line.indexOf(separator)
  return [line.slice(0, at), line.slice(at + 1)]
}

const parse = <T>(json: string): T => {
  try {
    return JSON.parse(json)
  } catch {
    throw new ArchiveDamaged('A line of it is cut off.')
  }
}

export const parseHeader = (line: string): ArchiveHeader => {
  const [word, json] = split(line)
  if (word !== 'dovecote') throw new ArchiveDamaged('It does not begin like a backup of Dovecote.')
  const header = parse<ArchiveHeader>(json)
  if (header.format !== 1) throw new ArchiveDamaged(`Its format ${String(header.format)} is newer than this version of Dovecote.`)
  return header
}

/** The last line: what all the others are, and their checksum. */
export interface ArchiveEnd extends ArchiveContent {
  /** SHA-256 of every byte before this line, in hexadecimal. */
  readonly sha256: string
}

export const parseLine = (line: string): ArchiveEntry | { readonly kind: 'end'; readonly end: ArchiveEnd } => {
  const [word, json] = split(line)
  if (word === 'row') return { kind: 'row', json }
  if (word === 'bytes') return { kind: 'bytes', base64: json.slice(1, -1) }
  if (word === 'end') return { kind: 'end', end: parse<ArchiveEnd>(json) }
  if (word === 'table' || word === 'sequence' || word === 'file') return { kind: word, ...parse<object>(json) } as ArchiveEntry
  throw new ArchiveDamaged('It holds a line that is none of a backup.')
}

/** Counts entries and adds the bytes up to a checksum. */
export const createSeal = () => {
  const hash = createHash('sha256')
  const rows = new Map<string, number>()
  const secrets: string[] = []
  let media = 0
  let table = ''
  const count = (entry: ArchiveEntry): void => {
    if (entry.kind === 'table') table = entry.name
    if (entry.kind === 'table') rows.set(table, 0)
    if (entry.kind === 'row') rows.set(table, (rows.get(table) ?? 0) + 1)
    if (entry.kind !== 'file') return
    if (entry.of === 'media') media++
    else secrets.push(entry.name)
  }
  return {
    count,
    /** Bytes, or text that is written as UTF-8. */
    add: (bytes: Uint8Array | string): void => void hash.update(bytes),
    end: (): ArchiveEnd => ({ rows: Object.fromEntries(rows), media, secrets, sha256: hash.digest('hex') }),
  }
}

export const endLine = (end: ArchiveEnd): string => `end${separator}${JSON.stringify(end)}\n`
