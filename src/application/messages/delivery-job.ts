import type { Job } from '#application/jobs.ts'
import type { Conversation } from '#application/ports/conversations.ts'
import type { Instant } from '#domain/shared/instant.ts'

/** Which conversation is to be looked at. */
export type DeliveryOrder = Extract<Job, { readonly name: 'deliver-conversation' }>['payload']

/** The job that looks at a conversation: as soon as may be, or at a time. */
export const deliveryJob = (order: DeliveryOrder, at?: Instant): Job => ({
  name: 'deliver-conversation',
  key: String(order.conversationId),
  payload: order,
  ...(at === undefined ? {} : { at }),
})

export const orderOf = ({ accountId, inboxId, id }: Conversation): DeliveryOrder => ({ accountId, inboxId, conversationId: id })
