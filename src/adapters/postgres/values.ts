import { type RawBuilder, sql } from 'kysely'

/** What a json or jsonb column holds once it is read. */
export type JsonValue = string | number | boolean | null | readonly JsonValue[] | { readonly [key: string]: JsonValue | undefined }

/**
 * A moment (epoch milliseconds) to compare a timestamptz column with: `where('due_at', '<=', at(now))`. Kysely types the right
 * side like what is read, a number, and no driver sends a number as a timestamp. Inserts and updates take a `Date`.
 */
export const at = (epochMilliseconds: number): RawBuilder<number> => sql<number>`${new Date(epochMilliseconds)}::timestamptz`

/** All of them: the index of conversations by activity begins with the status. */
export const anyStatus = ['open', 'resolved', 'pending', 'snoozed']
