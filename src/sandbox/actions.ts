import { commentId } from './ids.ts'
import type { Simulation } from './simulation.ts'
import { addMessage, markSeen, messageIn, setReaction, threadOf } from './threads.ts'
import { commentEvent, customerEvent, echoEvent, messageEvent } from './webhook-events.ts'
import { type Attachment, type Comment, type Customer, type Message, remember } from './world.ts'

/** What people do in the Instagram app, and the webhooks that follow. Shared by the control API and the pages. */

export interface Writing {
  text?: string
  attachments?: { type: string; url?: string; payload?: Record<string, unknown> }[]
  reply_to?: string
  quick_reply?: string
  /** Epoch ms; now when absent. An older one makes a late message. */
  timestamp?: number
  /** Merged into the `message` object of the webhook. */
  message?: Record<string, unknown>
}

const SAMPLES: Record<string, string> = { image: 'sample.png', audio: 'sample.wav', video: 'sample.mp4', file: 'sample.pdf' }

/** An attachment without url gets a sample file that the sandbox serves; types without media (like_heart) get no payload. */
const toAttachment = (baseUrl: string, { type, url, payload }: NonNullable<Writing['attachments']>[number]): Attachment => {
  const sample = SAMPLES[type]
  const link = url ?? (payload === undefined && sample !== undefined ? `${baseUrl}/media/${sample}` : undefined)
  if (link === undefined && payload === undefined) return { type }
  return { type, payload: { ...(link !== undefined && { url: link }), ...payload } }
}

const draftOf = ({ url, now }: Simulation, { text, attachments = [], reply_to, timestamp = now() }: Writing) => ({
  text: text ?? null,
  attachments: attachments.map((attachment) => toAttachment(url, attachment)),
  reply_to: reply_to === undefined ? null : { mid: reply_to },
  timestamp,
})

export const write = (sim: Simulation, customer: Customer, writing: Writing): Message => {
  const message = addMessage(sim.world, customer, { origin: 'customer', ...draftOf(sim, writing) })
  const tap = writing.quick_reply === undefined ? {} : { quick_reply: { payload: writing.quick_reply } }
  sim.webhooks.push(messageEvent(customer, message, { ...tap, ...writing.message }))
  return message
}

/** The business types in the Instagram app itself: only an echo tells us. */
export const writeAsBusiness = (sim: Simulation, customer: Customer, writing: Writing): Message => {
  const message = addMessage(sim.world, customer, { origin: 'app', ...draftOf(sim, writing) })
  sim.webhooks.push(echoEvent(message, writing.message))
  return message
}

/** A button of a template, an ice breaker or the persistent menu. */
export const press = (sim: Simulation, customer: Customer, { title, payload }: { title: string; payload: string }): Message => {
  const message = addMessage(sim.world, customer, { origin: 'customer', text: title, timestamp: sim.now() })
  sim.webhooks.push(customerEvent(customer, 'messaging_postbacks', message.timestamp, { postback: { mid: message.mid, title, payload } }))
  return message
}

/** @param emoji null takes the reaction back */
export const react = (sim: Simulation, customer: Customer, message: Message, emoji: string | null): void => {
  setReaction(message, customer.igsid, emoji)
  const reaction = emoji === null ? { action: 'unreact' } : { action: 'react', reaction: emoji === '❤️' ? 'love' : 'other', emoji }
  sim.webhooks.push(customerEvent(customer, 'message_reactions', sim.now(), { reaction: { mid: message.mid, ...reaction } }))
}

/** The customer reads up to a message of the business. */
export const see = (sim: Simulation, customer: Customer, message: Message): void => {
  markSeen(sim.world, customer, message)
  sim.webhooks.push(customerEvent(customer, 'messaging_seen', sim.now(), { read: { mid: message.mid } }))
}

export const edit = (sim: Simulation, customer: Customer, message: Message, text: string): void => {
  Object.assign(message, { text, num_edit: message.num_edit + 1 })
  const event = { message_edit: { mid: message.mid, text, num_edit: message.num_edit } }
  sim.webhooks.push(customerEvent(customer, 'message_edit', sim.now(), event))
}

export const unsend = (sim: Simulation, customer: Customer, message: Message): void => {
  Object.assign(message, { text: null, attachments: [], deleted: true })
  sim.webhooks.push(customerEvent(customer, 'messages', sim.now(), { message: { mid: message.mid, is_deleted: true } }))
}

export const comment = (sim: Simulation, customer: Customer, text: string): Comment => {
  const { igsid, business_id } = customer
  const written: Comment = { id: commentId(), igsid, business_id, text, at: sim.now(), answered_by: null }
  remember(sim.world.comments, written.id, written)
  sim.webhooks.push(commentEvent(customer, written))
  return written
}

/** The message with this id, or the newest one of that side when no id is given. */
export const pick = (sim: Simulation, customer: Customer, side: 'customer' | 'business', mid?: string): Message | undefined => {
  if (mid !== undefined) return messageIn(sim.world, customer, mid)
  return threadOf(sim.world, customer).findLast((message) => (message.from === customer.igsid) === (side === 'customer'))
}
