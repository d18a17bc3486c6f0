import { storableText } from '#adapters/postgres/storable.ts'
import type { Uploads } from '#application/ports/uploads.ts'
import { change, type FakeState, nextId } from './state.ts'

export const fakeUploads = (state: FakeState): Uploads => {
  const { uploadReservations: rows } = state
  const rowOf = (accountId: number, id: number) => {
    const row = rows.get(id)
    return row?.accountId === accountId ? row : undefined
  }

  return {
    async reserve(accountId, at, file = undefined) {
      const id = nextId(state)
      const name = file ? storableText(file.name) : null
      const announced = file && 'md5' in file ? { ...file, name: name ?? '', contentType: storableText(file.contentType) } : null
      rows.set(id, { accountId, at, name, announced, kept: null })
      return id
    },

    async awaited(accountId, id) {
      const row = rowOf(accountId, id)
      return row?.announced ? { ...row.announced, announcedAt: row.at, isKept: row.kept !== null } : undefined
    },

    async keep(accountId, file) {
      if (rowOf(accountId, file.id)?.kept !== null) return false
      const { id, name, contentType, size, digest } = file
      change(rows, id, { name: storableText(name), kept: { id, name: storableText(name), contentType, size, digest } })
      return true
    },

    async release(accountId, ids) {
      const theirs = [...new Set(ids)].toSorted((a, b) => a - b).filter((id) => rowOf(accountId, id))
      const released = theirs.map((id) => ({ id, file: rows.get(id)?.kept ?? null }))
      for (const id of theirs) rows.delete(id)
      return released
    },

    async releaseOlder(than) {
      for (const [id, { at }] of rows) if (at < than) rows.delete(id)
    },

    async count(accountId, since) {
      return [...rows.values()].filter((row) => row.accountId === accountId && row.at >= since && row.name !== null).length
    },
  }
}
