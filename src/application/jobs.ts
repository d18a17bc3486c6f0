import type { MediaRef } from '#application/ports/media.ts'
import type { MediaKey } from '#domain/media/media-key.ts'
import type { AccountId, ContactInboxId, ConversationId, InboxId } from '#domain/shared/ids.ts'
import type { Instant } from '#domain/shared/instant.ts'

/** Everything that can be asked to happen later. A job only wakes; what must not be lost stands in rows. */
export interface JobPayloads {
  /** Send what is due in one conversation, in order, until nothing is. */
  readonly 'deliver-conversation': { readonly accountId: AccountId; readonly inboxId: InboxId; readonly conversationId: ConversationId }
  /** Ask for the delivery of every conversation in which something is due: for wakes that were lost. */
  readonly 'wake-deliveries': Readonly<Record<string, never>>
  /** Tell an inbox's own software what is due. */
  readonly 'deliver-webhooks': { readonly accountId: AccountId; readonly inboxId: InboxId }
  /** Ask for that in every inbox in which something is due: for wakes that were lost. */
  readonly 'wake-webhooks': Readonly<Record<string, never>>
  /** Ask the provider who someone is. */
  readonly 'fetch-profile': { readonly accountId: AccountId; readonly inboxId: InboxId; readonly contactInboxId: ContactInboxId }
  /** Have profiles that have grown old looked at again. */
  readonly 'refresh-profiles': Readonly<Record<string, never>>
  /** Read what the provider has of an inbox and did not push to us, as far as that is due. */
  readonly 'fill-gaps': { readonly accountId: AccountId; readonly inboxId: InboxId }
  /** Ask for that in every inbox in which it is due. */
  readonly 'find-gaps': Readonly<Record<string, never>>
  /** Tell the provider to send us this inbox's events. */
  readonly 'subscribe-webhooks': {
    readonly accountId: AccountId
    readonly inboxId: InboxId
    /** It should be subscribed: look whether it still was. */
    readonly again?: boolean
  }
  /** Look for tokens that are due for a refresh. */
  readonly 'refresh-credentials': Readonly<Record<string, never>>
  /** Refresh the token of one inbox, where it is due. */
  readonly 'refresh-credential': { readonly accountId: AccountId; readonly inboxId: InboxId }
  /** Tell the provider to send us a disconnected inbox's events no longer. */
  readonly 'end-subscription': { readonly accountId: AccountId; readonly inboxId: InboxId }
  /** Delete what is kept of an account whose owner asked for it. */
  readonly 'erase-account': { readonly code: string }
  /** Delete everything about a contact. */
  readonly 'erase-contact': { readonly erasureId: number }
  /** Have the subscriptions of all inboxes asked for again. */
  readonly 'check-subscriptions': Readonly<Record<string, never>>
  /** Look for inboxes in use that went quiet, and for quiet ones that are heard again. */
  readonly 'watch-silence': Readonly<Record<string, never>>
  /** Delete what is older than the installation keeps, and look again at what waits. */
  readonly 'tend-intake': Readonly<Record<string, never>>
  /** Get a file of an attachment or a contact's picture, or look whether a story is still there. */
  readonly 'fetch-media': MediaRef
  /** Ask for every file that is overdue: for jobs that were lost. */
  readonly 'wake-media': Readonly<Record<string, never>>
  /** Remove files whose rows are gone. */
  readonly 'remove-media': { readonly keys: readonly MediaKey[] }
  /** Remove every file of which no row knows. */
  readonly 'sweep-media': Readonly<Record<string, never>>
  /** Delete the request keys that are too old to be repeated. */
  readonly 'forget-answers': Readonly<Record<string, never>>
}

export type JobName = keyof JobPayloads

export type Job = {
  [Name in JobName]: {
    readonly name: Name
    readonly payload: JobPayloads[Name]
    /** Jobs of one name, key and time that still wait are one job. */
    readonly key: string
    /** Not before this time; at once where absent. */
    readonly at?: Instant
  }
}[JobName]

export interface JobSpec {
  /** How often a failed run is tried again, and after how many seconds the first time (doubling, with jitter, up to the cap). */
  readonly retryLimit: number
  readonly retryDelaySeconds: number
  readonly retryDelayMaxSeconds: number
  /** A run that takes longer is given to another worker. */
  readonly expireInSeconds: number
  /** How many run side by side in one process. */
  readonly concurrency: number
  /** When it runs by itself: five fields of cron, in UTC. */
  readonly cron?: string
}

export const jobs: Record<JobName, JobSpec> = {
  'deliver-conversation': { retryLimit: 20, retryDelaySeconds: 2, retryDelayMaxSeconds: 300, expireInSeconds: 300, concurrency: 128 },
  'wake-deliveries': {
    retryLimit: 0,
    retryDelaySeconds: 5,
    retryDelayMaxSeconds: 60,
    expireInSeconds: 60,
    concurrency: 1,
    cron: '* * * * *',
  },
  'deliver-webhooks': { retryLimit: 5, retryDelaySeconds: 2, retryDelayMaxSeconds: 60, expireInSeconds: 120, concurrency: 32 },
  'wake-webhooks': {
    retryLimit: 0,
    retryDelaySeconds: 5,
    retryDelayMaxSeconds: 60,
    expireInSeconds: 60,
    concurrency: 1,
    cron: '* * * * *',
  },
  'fetch-profile': { retryLimit: 8, retryDelaySeconds: 5, retryDelayMaxSeconds: 3600, expireInSeconds: 60, concurrency: 16 },
  'refresh-profiles': {
    retryLimit: 2,
    retryDelaySeconds: 60,
    retryDelayMaxSeconds: 600,
    expireInSeconds: 600,
    concurrency: 1,
    cron: '37 * * * *',
  },
  'fill-gaps': { retryLimit: 2, retryDelaySeconds: 30, retryDelayMaxSeconds: 300, expireInSeconds: 60, concurrency: 4 },
  'find-gaps': {
    retryLimit: 0,
    retryDelaySeconds: 5,
    retryDelayMaxSeconds: 60,
    expireInSeconds: 60,
    concurrency: 1,
    cron: '* * * * *',
  },
  'tend-intake': {
    retryLimit: 2,
    retryDelaySeconds: 60,
    retryDelayMaxSeconds: 600,
    expireInSeconds: 600,
    concurrency: 1,
    cron: '17 * * * *',
  },
  'check-subscriptions': {
    retryLimit: 2,
    retryDelaySeconds: 60,
    retryDelayMaxSeconds: 600,
    expireInSeconds: 600,
    concurrency: 1,
    cron: '7 * * * *',
  },
  'watch-silence': {
    retryLimit: 0,
    retryDelaySeconds: 60,
    retryDelayMaxSeconds: 600,
    expireInSeconds: 600,
    concurrency: 1,
    cron: '*/15 * * * *',
  },
  'forget-answers': {
    retryLimit: 2,
    retryDelaySeconds: 60,
    retryDelayMaxSeconds: 600,
    expireInSeconds: 600,
    concurrency: 1,
    cron: '47 * * * *',
  },
  'refresh-credentials': {
    retryLimit: 2,
    retryDelaySeconds: 30,
    retryDelayMaxSeconds: 300,
    expireInSeconds: 300,
    concurrency: 1,
    cron: '*/10 * * * *',
  },
  'refresh-credential': { retryLimit: 3, retryDelaySeconds: 150, retryDelayMaxSeconds: 600, expireInSeconds: 60, concurrency: 4 },
  'end-subscription': { retryLimit: 20, retryDelaySeconds: 10, retryDelayMaxSeconds: 3600, expireInSeconds: 60, concurrency: 2 },
  'erase-account': { retryLimit: 20, retryDelaySeconds: 30, retryDelayMaxSeconds: 3600, expireInSeconds: 3600, concurrency: 1 },
  'fetch-media': { retryLimit: 3, retryDelaySeconds: 10, retryDelayMaxSeconds: 60, expireInSeconds: 60, concurrency: 4 },
  'wake-media': {
    retryLimit: 0,
    retryDelaySeconds: 5,
    retryDelayMaxSeconds: 60,
    expireInSeconds: 120,
    concurrency: 1,
    cron: '*/5 * * * *',
  },
  'remove-media': { retryLimit: 8, retryDelaySeconds: 10, retryDelayMaxSeconds: 3600, expireInSeconds: 300, concurrency: 2 },
  'sweep-media': {
    retryLimit: 1,
    retryDelaySeconds: 600,
    retryDelayMaxSeconds: 600,
    expireInSeconds: 7200,
    concurrency: 1,
    cron: '37 3 * * *',
  },
  'erase-contact': { retryLimit: 20, retryDelaySeconds: 30, retryDelayMaxSeconds: 3600, expireInSeconds: 3600, concurrency: 1 },
  'subscribe-webhooks': { retryLimit: 12, retryDelaySeconds: 10, retryDelayMaxSeconds: 3600, expireInSeconds: 60, concurrency: 2 },
}
