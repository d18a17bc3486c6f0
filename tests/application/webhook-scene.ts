import { createAccessTokens } from '#adapters/crypto/access-tokens.ts'
import { createWebhookSigner } from '#adapters/crypto/webhook-signer.ts'
import { createWebhookBodies } from '#adapters/http/views/webhook-event.ts'
import { createShowTyping } from '#application/conversations/show-typing.ts'
import { createChangeInbox } from '#application/inboxes/change-inbox.ts'
import { createReplaceSecret } from '#application/inboxes/replace-secret.ts'
import { createRevealSecrets } from '#application/inboxes/reveal-secrets.ts'
import type { UnitOfWork } from '#application/ports/unit-of-work.ts'
import { createDeliverWebhooks } from '#application/webhooks/deliver-webhooks.ts'
import { createRedeliverWebhooks } from '#application/webhooks/redeliver-webhooks.ts'
import { createWakeWebhooks } from '#application/webhooks/wake-webhooks.ts'
import { type Answer, createFakePosts, type Posted } from '../fakes/posts.ts'
import { change } from '../fakes/state.ts'
import { done, startBridge } from './bridge-support.ts'
import { openVault, silent } from './support.ts'

export const bridgeUrl = 'https://bridge.example/in'

/** What software that listens is told. */
export interface ToldBody {
  readonly event: string
  readonly id: number
  readonly status: string
  readonly content: string | null
  readonly private: boolean
  readonly message_type: string
  readonly conversation: { readonly id: number; readonly messages: readonly { readonly content: string }[] }
  readonly changed_attributes: unknown
}

export const bodyOf = ({ body }: Posted): ToldBody => JSON.parse(new TextDecoder().decode(body))

/** The shop with software of its own that listens; `answer` is what that answers. */
export const startWebhooks = async (answer: (posted: Posted) => Answer | Promise<Answer> = () => ({ status: 200 })) => {
  const bridge = await startBridge({ webhookUrl: bridgeUrl })
  const { world, time, accountId, bridgeInboxId: inboxId, everyChannel: channels, author } = bridge
  const { posts, posted } = createFakePosts(answer)
  const clock = { now: () => time.now }
  const mediaLinks = { sign: async () => 'https://dove.test/media', verify: async () => true }
  const webhookSigner = createWebhookSigner()
  const more = { channels, posts, clock, logger: silent, vault: openVault, webhookSigner, accessTokens: createAccessTokens() }
  const webhookBodies = createWebhookBodies({ channels, mediaLinks })
  /** Working on what `through` makes of the database. */
  const over = (unitOfWork: UnitOfWork) => createDeliverWebhooks({ ...more, unitOfWork, webhookBodies })
  const all = { ...more, unitOfWork: world.unitOfWork }
  const wakeWebhooks = createWakeWebhooks(all)

  const begin = (until: number) => {
    const waiting = [...world.state().jobs].filter(([, { job, state }]) => state === 'waiting' && job.name === 'deliver-webhooks')
    const [next] = waiting.toSorted(([, a], [, b]) => (a.job.at ?? 0) - (b.job.at ?? 0))
    if (!next || (next[1].job.at ?? 0) > until) return undefined
    world.arrange((state) => change(state.jobs, next[0], { state: 'begun' }))
    time.now = Math.max(time.now, next[1].job.at ?? 0)
    return next[1].job
  }

  /** Runs the jobs that are due until then, each at its time. */
  const work = async (until = time.now, deliver = over(world.unitOfWork)) => {
    for (let job = begin(until); job; job = begin(until)) if (job.name === 'deliver-webhooks') await deliver(job.payload)
    time.now = until
  }

  return {
    ...bridge,
    inboxId,
    posted,
    work,
    over,
    wakeWebhooks,
    redeliverWebhooks: createRedeliverWebhooks(all),
    revealSecrets: createRevealSecrets(all),
    replaceSecret: createReplaceSecret(all),
    changeInbox: createChangeInbox(all),
    showTyping: createShowTyping({ ...all, queries: world.queries, openAccess: async () => undefined }),
    /** What was told, as its receiver reads it. */
    told: () => posted.map(bodyOf),
    say: async (displayId: number, content: string, isPrivate = false) =>
      done(await bridge.sendMessage({ accountId, displayId, author, content, private: isPrivate, contentAttributes: {} })).messageId,
    hear: async (displayId: number, content: string) =>
      done(await bridge.receiveMessage({ accountId, displayId, content, contentAttributes: {} })).messageId,
    message: (id: number) => world.queries.message(accountId, id),
    deliveries: () => world.queries.webhookDeliveries(accountId, inboxId, { page: 1 }),
  }
}

export type Webhooks = Awaited<ReturnType<typeof startWebhooks>>
