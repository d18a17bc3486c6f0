import type { Job } from '#application/jobs.ts'
import type { InboxRef } from '#application/ports/credentials.ts'
import type { Instant } from '#domain/shared/instant.ts'

/** The job that sends what is due in an inbox: as soon as may be, or at a time. */
export const webhookJob = ({ accountId, inboxId }: InboxRef, at?: Instant): Job => ({
  name: 'deliver-webhooks',
  key: String(inboxId),
  payload: { accountId, inboxId },
  ...(at === undefined ? {} : { at }),
})
