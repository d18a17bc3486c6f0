import { createHash, type Hash } from 'node:crypto'
import type { DatabaseEntry } from '#application/ports/archive.ts'

export interface Digest {
  readonly rows: number
  /** SHA-256 of the rows in the order of their keys, in hexadecimal. */
  readonly sha256: string
}

/** Counts rows and adds them up to a checksum, for each table. */
export const createDigests = () => {
  const tables = new Map<string, { rows: number; readonly hash: Hash }>()
  let current: { rows: number; readonly hash: Hash } | undefined
  return {
    add(entry: DatabaseEntry): void {
      if (entry.kind === 'table') {
        current = { rows: 0, hash: createHash('sha256') }
        tables.set(entry.name, current)
      }
      if (entry.kind !== 'row' || !current) return
      current.rows++
      current.hash.update(entry.json).update('\n')
    },
    result: (): ReadonlyMap<string, Digest> =>
      new Map([...tables].map(([name, { rows, hash }]) => [name, { rows, sha256: hash.copy().digest('hex') }])),
  }
}

/** The tables that differ, each with what is wrong with it. */
export const differences = (wanted: ReadonlyMap<string, Digest>, found: ReadonlyMap<string, Digest>): string[] =>
  [...wanted].flatMap(([name, { rows, sha256 }]) => {
    const other = found.get(name)
    if (other?.rows !== rows) return [`${name} has ${other?.rows ?? 0} rows instead of ${rows}`]
    return other.sha256 === sha256 ? [] : [`the rows of ${name} differ`]
  })
