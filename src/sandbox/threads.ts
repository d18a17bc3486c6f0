import { messageId } from './ids.ts'
import { type Customer, type Message, remember, type World } from './world.ts'

export interface MessageDraft {
  origin: Message['origin']
  text?: string | null
  attachments?: Message['attachments']
  reply_to?: Message['reply_to']
  timestamp: number
}

/** Puts a message into the thread of a customer; one by the customer also opens the reply window and the profile. */
export const addMessage = (world: World, customer: Customer, draft: MessageDraft): Message => {
  const incoming = draft.origin === 'customer'
  const message: Message = {
    mid: messageId(customer.business_id, customer.conversation_id),
    business_id: customer.business_id,
    igsid: customer.igsid,
    from: incoming ? customer.igsid : customer.business_id,
    to: incoming ? customer.business_id : customer.igsid,
    origin: draft.origin,
    text: draft.text ?? null,
    attachments: draft.attachments ?? [],
    reply_to: draft.reply_to ?? null,
    timestamp: draft.timestamp,
    seen: false,
    deleted: false,
    num_edit: 0,
    reactions: [],
  }
  threadOf(world, customer).push(message)
  forget(world, remember(world.messages, message.mid, message))
  if (incoming) {
    customer.consent = true
    customer.last_message_at = Math.max(customer.last_message_at ?? 0, message.timestamp)
  }
  return message
}

const forget = (world: World, message: Message | undefined): void => {
  const thread = message && world.threads.get(message.igsid)
  if (thread) thread.splice(thread.indexOf(message), 1)
}

export const threadOf = (world: World, customer: Customer): Message[] => world.threads.get(customer.igsid) ?? []

/** The message with this id, if it belongs to the customer's thread. */
export const messageIn = (world: World, customer: Customer, mid: unknown): Message | undefined => {
  const message = typeof mid === 'string' ? world.messages.get(mid) : undefined
  return message?.igsid === customer.igsid ? message : undefined
}

/** Puts the reaction of one side in place of its earlier one; null takes it away. */
export const setReaction = (message: Message, by: string, emoji: string | null): void => {
  message.reactions = message.reactions.filter((reaction) => reaction.by !== by)
  if (emoji !== null) message.reactions.push({ by, emoji })
}

/** A receipt is about this message and everything that its writer sent before. */
export const markSeen = (world: World, customer: Customer, last: Message): void => {
  const thread = threadOf(world, customer)
  for (const message of thread.slice(0, thread.indexOf(last) + 1)) if (message.from === last.from) message.seen = true
}
