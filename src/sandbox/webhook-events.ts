import type { Json } from './json.ts'
import type { Business, Comment, Customer, Message } from './world.ts'

/** One event before it is put into its envelope. */
export interface WebhookEvent {
  business_id: string
  /** The account must be subscribed to one of these. */
  fields: readonly string[]
  event: Json
  /** It comes under `changes`, with its field's name, and not under `messaging`. */
  change?: true
}

const fromCustomer = (customer: Customer, timestamp: number, rest: Json): Json => ({
  sender: { id: customer.igsid },
  recipient: { id: customer.business_id },
  timestamp,
  ...rest,
})

const content = (message: Message): Json => ({
  mid: message.mid,
  ...(message.text !== null && { text: message.text }),
  ...(message.attachments.length > 0 && { attachments: message.attachments }),
  ...(message.reply_to && { reply_to: message.reply_to }),
})

/** @param raw merged into the `message` object, for whatever the sandbox does not build itself */
export const messageEvent = (customer: Customer, message: Message, raw: Json = {}): WebhookEvent => ({
  business_id: customer.business_id,
  fields: ['messages'],
  event: fromCustomer(customer, message.timestamp, { message: { ...content(message), ...raw } }),
})

/** An echo has the ids swapped. Meta's pages disagree whether it comes with `messages` or `message_echoes`: either will do here. */
export const echoEvent = (message: Message, raw: Json = {}): WebhookEvent => ({
  business_id: message.business_id,
  fields: ['message_echoes', 'messages'],
  event: {
    sender: { id: message.from },
    recipient: { id: message.to },
    timestamp: message.timestamp,
    message: { ...content(message), ...raw, is_echo: true },
  },
})

/** Any other event of a customer, by subscription field. */
export const customerEvent = (customer: Customer, field: string, timestamp: number, rest: Json): WebhookEvent => ({
  business_id: customer.business_id,
  fields: [field],
  event: fromCustomer(customer, timestamp, rest),
})

/** An event with only what `event` holds: real ones sometimes lack sender and recipient. */
export const bareEvent = (businessId: string, field: string, event: Json): WebhookEvent => ({
  business_id: businessId,
  fields: [field],
  event,
})

/** Real ones of accounts that signed in themselves come under `changes`, whatever Meta's page says. */
export const commentEvent = (customer: Customer, { id, text }: Comment): WebhookEvent => ({
  business_id: customer.business_id,
  fields: ['comments'],
  event: { id, from: { id: customer.igsid, username: customer.username }, text, media: { id: '1', media_product_type: 'FEED' } },
  change: true,
})

export const envelope = ({ business_id, event, fields, change }: WebhookEvent, time: number): Json => ({
  object: 'instagram',
  entry: [{ time, id: business_id, ...(change ? { changes: [{ field: fields[0], value: event }] } : { messaging: [event] }) }],
})

/** Which of the event's fields lets it through: ticked in the dashboard and subscribed by the account. */
export const openField = ({ fields }: WebhookEvent, business: Business | undefined, dashboard: readonly string[]): string | undefined =>
  fields.find((field) => dashboard.includes(field) && business?.subscribed_fields.includes(field))
