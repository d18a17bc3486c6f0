import { refusal } from './errors.ts'
import type { Caller } from './graph-nodes.ts'
import { requireScope } from './graph-tokens.ts'
import { isObject, type Json } from './json.ts'
import { checkQuickReplies, checkTemplate } from './sent-items.ts'
import { checkedMedia, isMedia } from './sent-media.ts'
import type { Simulation } from './simulation.ts'
import { addMessage, markSeen, messageIn, setReaction, threadOf } from './threads.ts'
import { echoEvent } from './webhook-events.ts'
import type { Attachment, Comment, Customer, Message } from './world.ts'

const TEXT_BYTES = 1000
const IMAGES_MAX = 10
const HOUR_MS = 3_600_000
const WINDOW_MS = 24 * HOUR_MS
const HUMAN_WINDOW_MS = 7 * 24 * HOUR_MS
const ATTACHMENT_TYPES = ['image', 'audio', 'video', 'file', 'like_heart', 'MEDIA_SHARE', 'template']
const REACTIONS: Record<string, string> = { love: '❤️' }

export interface SendAnswer {
  answer: { recipient_id: string; message_id?: string }
  /** The message to echo; absent for sender actions. */
  message?: Message
}

/** `POST /{account}/messages`: checks in the order in which the platform seems to, then puts the message into the thread. */
export const send = async (sim: Simulation, caller: Caller, body: unknown): Promise<SendAnswer> => {
  const { business, token } = caller
  requireScope(token, 'instagram_business_manage_messages')
  if (!business.message_access) throw refusal('messageAccessOff')
  if (business.send_error !== null) throw refusal(business.send_error)
  if (!isObject(body)) throw refusal('invalid', '(#100) The body has to be a JSON object')
  const comment = commentOf(sim, caller, body.recipient)
  const customer = recipientOf(sim, caller, comment ? { id: comment.igsid } : body.recipient)
  if (customer.send_error !== null) throw refusal(customer.send_error)
  if (body.sender_action !== undefined) return act(sim, customer, body)
  const content = contentOf(body.message)
  const replyTo = repliedMessage(sim, customer, body.reply_to)
  if (!comment) checkWindow(sim, customer, body)
  const attachments = await Promise.all(content.attachments.map((each) => delivered(sim, caller, each)))
  const message = addMessage(sim.world, customer, {
    origin: 'api',
    text: content.text,
    attachments,
    reply_to: replyTo,
    timestamp: sim.now(),
  })
  return { answer: { recipient_id: customer.igsid, message_id: message.mid }, message }
}

export const echoOf = ({ message }: SendAnswer) => message && echoEvent(message)

/** A comment can be answered once, within seven days. */
const commentOf = ({ world, now }: Simulation, { business }: Caller, recipient: unknown): Comment | undefined => {
  if (!isObject(recipient) || recipient.comment_id === undefined) return undefined
  const comment = world.comments.get(String(recipient.comment_id))
  if (comment?.business_id !== business.user_id || comment.answered_by !== null || now() - comment.at > HUMAN_WINDOW_MS) {
    throw refusal('badComment')
  }
  return comment
}

const recipientOf = ({ world }: Simulation, { business }: Caller, recipient: unknown): Customer => {
  if (!isObject(recipient)) throw refusal('invalid', '(#100) The parameter recipient is required')
  const customer = typeof recipient.id === 'string' ? world.customers.get(recipient.id) : undefined
  if (customer?.business_id !== business.user_id) throw refusal('noSuchPerson')
  return customer
}

/** typing_on, typing_off, mark_seen, react, unreact: nothing else may be in the request, and no echo follows. */
const act = ({ world }: Simulation, customer: Customer, body: Json): SendAnswer => {
  if (body.message !== undefined) throw refusal('mixedAction')
  const { sender_action: action, payload } = body
  if (action === 'react' || action === 'unreact') {
    const message = messageIn(world, customer, isObject(payload) ? payload.message_id : undefined)
    if (message === undefined) throw refusal('invalid', '(#100) payload.message_id is not in this thread')
    const name = isObject(payload) && typeof payload.reaction === 'string' ? payload.reaction : undefined
    if (action === 'react' && name === undefined) throw refusal('invalid', '(#100) payload.reaction is required')
    setReaction(message, customer.business_id, action === 'react' && name !== undefined ? (REACTIONS[name] ?? name) : null)
  } else if (action === 'mark_seen') {
    const last = threadOf(world, customer).findLast((message) => message.from === customer.igsid)
    if (last) markSeen(world, customer, last)
  } else if (action !== 'typing_on' && action !== 'typing_off') {
    throw refusal('invalid', '(#100) Unknown sender_action')
  }
  return { answer: { recipient_id: customer.igsid } }
}

const contentOf = (message: unknown): { text: string | null; attachments: Attachment[] } => {
  if (!isObject(message)) throw refusal('invalid', '(#100) The parameter message is required')
  const { text, attachment, attachments } = message
  const media = [attachment ?? [], attachments ?? []].flat()
  if (typeof text === 'string' && text !== '' && media.length === 0) {
    // UTF-8 bytes, not characters: umlauts and emoji count more than once.
    if (Buffer.byteLength(text) > TEXT_BYTES) throw refusal('invalid', `(#100) The text is longer than ${TEXT_BYTES} bytes`)
    checkQuickReplies(message.quick_replies)
    return { text, attachments: [] }
  }
  // There is no caption: either text or media.
  if (media.length === 0 || (text !== undefined && text !== '')) throw refusal('badMessage')
  if (media.length > IMAGES_MAX) throw refusal('badMessage', `(#100) More than ${IMAGES_MAX} images`)
  return { text: null, attachments: media.map((each) => checkedAttachment(each, media.length)) }
}

const checkedAttachment = (value: unknown, count: number): Attachment => {
  if (!isObject(value) || typeof value.type !== 'string' || !ATTACHMENT_TYPES.includes(value.type)) throw refusal('badMessage')
  if (count > 1 && value.type !== 'image') throw refusal('badMessage', '(#100) Only images travel together')
  if (value.type === 'like_heart') return { type: value.type }
  if (!isObject(value.payload)) throw refusal('badMessage')
  if (value.type === 'template') checkTemplate(value.payload)
  return { type: value.type, payload: value.payload }
}

const delivered = async (sim: Simulation, { business }: Caller, attachment: Attachment): Promise<Attachment> => {
  const { type, payload } = attachment
  return payload && isMedia(type) ? checkedMedia(sim, business, type, payload) : attachment
}

const repliedMessage = ({ world }: Simulation, customer: Customer, replyTo: unknown): Json | null => {
  if (replyTo === undefined) return null
  const message = messageIn(world, customer, isObject(replyTo) ? replyTo.mid : undefined)
  if (message === undefined) throw refusal('invalid', '(#100) reply_to.mid is not in this thread')
  return { mid: message.mid }
}

/** 24 hours from the customer's last message; 7 days with the tag HUMAN_AGENT, which an app needs to be approved for. */
const checkWindow = ({ world, now }: Simulation, customer: Customer, { messaging_type, tag }: Json): void => {
  if (tag !== undefined && tag !== 'HUMAN_AGENT') throw refusal('invalid', '(#100) Unknown tag')
  if (messaging_type === 'MESSAGE_TAG' && tag === undefined) throw refusal('invalid', '(#100) MESSAGE_TAG needs a tag')
  if (tag !== undefined && !world.app.human_agent_approved) throw refusal('humanAgent')
  const windowMs = tag === undefined ? WINDOW_MS : HUMAN_WINDOW_MS
  if (customer.last_message_at === null || now() - customer.last_message_at > windowMs) throw refusal('windowClosed')
}
