import type { ChangedAttribute } from '#application/events.ts'
import type { ConnectedInbox } from '#application/ports/inboxes.ts'
import type { Tx } from '#application/ports/unit-of-work.ts'
import { type ConnectionState, stateAfter, type TokenNews } from '#domain/inbox/connection.ts'
import type { Instant } from '#domain/shared/instant.ts'

type Moved = Pick<ConnectedInbox, 'accountId' | 'inboxId' | 'state'>

const needsPerson = (state: ConnectionState): boolean => state === 'reauthorization_required'

const changesOf = (before: ConnectionState, after: ConnectionState): ChangedAttribute[] => [
  { connection_state: { previous_value: before, current_value: after } },
  ...(needsPerson(before) === needsPerson(after)
    ? []
    : [{ reauthorization_required: { previous_value: needsPerson(before), current_value: needsPerson(after) } }]),
]

/** Tells of an inbox that went from the state in which it was found to another one; of one that stayed, nothing. */
export const tellOfState = async (tx: Tx, { accountId, inboxId, state }: Moved, after: ConnectionState, at: Instant): Promise<void> => {
  if (state === after) return
  const payload = { inbox_id: inboxId, changed_attributes: changesOf(state, after) }
  await tx.events.append([{ accountId, name: 'inbox_updated', payload, at }])
}

/**
 * Moves an inbox that the caller has locked to where the news leads, and tells of it once. `because` is the sentence that people
 * read beside the new state. Answers whether it moved.
 */
export const changeState = async (tx: Tx, inbox: Moved, news: TokenNews, at: Instant, because?: string): Promise<boolean> => {
  const after = stateAfter(inbox.state, news)
  if (after === inbox.state) return false
  await tx.inboxes.setState(inbox.inboxId, after, because)
  await tellOfState(tx, inbox, after, at)
  return true
}
