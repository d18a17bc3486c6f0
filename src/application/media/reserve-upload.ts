import type { Tx } from '#application/ports/unit-of-work.ts'
import type { AnnouncedFile, NamedFile } from '#application/ports/uploads.ts'
import type { AccountId } from '#domain/shared/ids.ts'
import { hours, type Instant } from '#domain/shared/instant.ts'
import { err, ok, type Result } from '#domain/shared/result.ts'

/** Files for messages that name them later: so many an account may upload within an hour and leave unused. */
export const mostUnused = 300

export type ReserveError = { readonly code: 'upload.too_many_unused' }

/** Has the account room for what it uploads now? It counts already. */
export const checkRoom = async (tx: Tx, accountId: AccountId, now: Instant): Promise<Result<null, ReserveError>> => {
  const unused = await tx.uploads.count(accountId, now - hours(1))
  return unused > mostUnused ? err({ code: 'upload.too_many_unused' }) : ok(null)
}

/** The id under which a file will lie that a message names later, if at all. */
export const reserveUpload = async (
  tx: Tx,
  accountId: AccountId,
  now: Instant,
  file: NamedFile | AnnouncedFile,
): Promise<Result<number, ReserveError>> => {
  const id = await tx.uploads.reserve(accountId, now, file)
  const room = await checkRoom(tx, accountId, now)
  return room.ok ? ok(id) : room
}
