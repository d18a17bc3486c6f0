import type { DrawKey } from '#application/ports/draw-key.ts'
import type { ClientAccess } from '#domain/contact/visitor.ts'
import type { ExternalId } from '#domain/shared/ids.ts'

/** What the account's own software calls somebody may be guessed, so it opens nothing; what is drawn for it is a key. */
export const sourceIdFor = (
  chosen: string | undefined,
  drawKey: DrawKey,
): { readonly sourceId: ExternalId; readonly clientAccess: ClientAccess | null } =>
  chosen === undefined ? { sourceId: drawKey(), clientAccess: 'known' } : { sourceId: chosen, clientAccess: null }
