import type { ChangedAttribute, ConversationEvent, ConversationEvents, Scene } from '#application/events.ts'
import type { Channel } from '#application/ports/channel.ts'
import type { Conversation } from '#application/ports/conversations.ts'
import type { Tx } from '#application/ports/unit-of-work.ts'
import type { SeenScene } from '#application/ports/webhooks.ts'
import { webhookJob } from '#application/webhooks/webhook-job.ts'
import type { ConversationActivity } from '#domain/conversation/conversation.ts'
import type { MessageId } from '#domain/shared/ids.ts'
import type { Instant } from '#domain/shared/instant.ts'

type Happened =
  | { readonly name: 'conversation_created' }
  | {
      readonly name: 'conversation_updated' | 'conversation_status_changed'
      readonly changed: readonly ChangedAttribute[]
    }
  | {
      readonly name: 'conversation_typing_on' | 'conversation_typing_off'
      readonly user: ConversationEvents['conversation_typing_on']['user']
    }
  | { readonly name: 'message_created' | 'message_updated'; readonly messageId: MessageId }

/** Something that happened in a conversation of a channel. */
export type News = Happened & {
  readonly conversation: Pick<Conversation, 'id' | 'accountId' | 'inboxId'>
  readonly channel: Channel | undefined
}

const inSeconds = (at: Instant | null): number | null => (at === null ? null : Math.floor(at / 1000))

/** What people outside hear of when the clocks of a conversation move. */
const asTold = ({ status, waitingSince, firstReplyAt }: ConversationActivity) => ({
  status,
  waiting_since: inSeconds(waitingSince),
  first_reply_created_at: inSeconds(firstReplyAt),
})

/** What is different in a conversation, as news of it. */
export const changesOf = (before: ConversationActivity, after: ConversationActivity): readonly Happened[] => {
  const [was, is]: Readonly<Record<string, unknown>>[] = [asTold(before), asTold(after)]
  const changed = Object.keys(asTold(after))
    .filter((key) => was?.[key] !== is?.[key])
    .map((key) => ({ [key]: { previous_value: was?.[key], current_value: is?.[key] } }))
  if (changed.length === 0) return []
  const updated: Happened = { name: 'conversation_updated', changed }
  return before.status === after.status ? [updated] : [{ name: 'conversation_status_changed', changed }, updated]
}

/** No note for colleagues, and nothing that a conversation says of itself, is ever told outside. */
const isForOutside = ({ message }: SeenScene): boolean => !message || !(message.private || message.type === 'activity')

const eventOf = (news: News, { message, ...scene }: SeenScene, at: Instant): ConversationEvent | undefined => {
  const { accountId } = news.conversation
  switch (news.name) {
    case 'conversation_created':
      return { accountId, at, name: news.name, payload: scene satisfies Scene }
    case 'conversation_updated':
    case 'conversation_status_changed':
      return { accountId, at, name: news.name, payload: { ...scene, changed_attributes: news.changed } }
    case 'conversation_typing_on':
    case 'conversation_typing_off':
      return { accountId, at, name: news.name, payload: { ...scene, user: news.user } }
    case 'message_created':
    case 'message_updated':
      return message && { accountId, at, name: news.name, payload: { ...scene, message } }
  }
}

/**
 * Writes down, in the transaction in which it happened, what an account's own software is to hear of, as it stands now, and asks for
 * its delivery. What happened in inboxes of providers costs nothing: nobody listens there.
 */
export const tellBridges = async (tx: Tx, news: readonly News[], at: Instant): Promise<void> => {
  const heard = news.filter(({ channel }) => channel?.bridged)
  if (heard.length === 0) return
  const refs = heard.map(({ conversation: { id, accountId }, ...rest }) => ({
    accountId,
    conversationId: id,
    ...('messageId' in rest ? { messageId: rest.messageId } : {}),
  }))
  const scenes = await tx.webhooks.scenes(refs)
  const events = heard.flatMap((each, n) => {
    const scene = scenes[n]
    return (scene && isForOutside(scene) && eventOf(each, scene, at)) || []
  })
  if (events.length === 0) return
  await tx.webhooks.add(events)
  const inboxes = new Map(events.map(({ accountId, payload: { inbox } }) => [inbox.id, { accountId, inboxId: inbox.id }]))
  await tx.jobs.enqueue([...inboxes.values()].map((inbox) => webhookJob(inbox)))
}
