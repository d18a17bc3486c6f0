import type { JobHandlers } from '#adapters/jobs/consumer.ts'
import type { UseCases } from '#application/use-cases.ts'

/** Which use case runs each job. */
export const jobHandlersOf = (useCases: UseCases): JobHandlers => ({
  'deliver-conversation': useCases.deliverConversation,
  'wake-deliveries': useCases.wakeDeliveries,
  'deliver-webhooks': useCases.deliverWebhooks,
  'wake-webhooks': useCases.wakeWebhooks,
  'fetch-profile': useCases.fetchProfile,
  'refresh-profiles': useCases.refreshProfiles,
  'fill-gaps': useCases.fillGaps,
  'find-gaps': useCases.findGaps,
  'check-subscriptions': useCases.checkSubscriptions,
  'watch-silence': useCases.watchSilence,
  'end-subscription': useCases.endSubscription,
  'erase-account': useCases.eraseAccount,
  'erase-contact': useCases.carryOutErasure,
  'subscribe-webhooks': useCases.subscribeWebhooks,
  'refresh-credentials': useCases.refreshCredentials,
  'refresh-credential': useCases.refreshCredential,
  'fetch-media': useCases.fetchMedia,
  'wake-media': useCases.wakeMedia,
  'remove-media': useCases.removeMedia,
  'sweep-media': useCases.sweepMedia,
  'forget-answers': useCases.forgetAnswers,
  'tend-intake': useCases.tendIntake,
})
