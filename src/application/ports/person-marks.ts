import type { Tx } from '#application/ports/unit-of-work.ts'
import type { ExternalId, InboxId } from '#domain/shared/ids.ts'

/** What stands for someone of whom nothing may be kept: without the installation's keys it tells nobody who they were. */
export type MakeMark = (person: { readonly inboxId: InboxId; readonly sourceId: ExternalId }) => Promise<string>

/** Marks of people who were erased. */
export interface PersonMarks {
  /** Reads the key to them, and makes one where there is none, or none that the vault opens any more. */
  open(tx: Tx): Promise<MakeMark>
}
