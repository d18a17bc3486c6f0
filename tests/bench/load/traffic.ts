import { createHmac } from 'node:crypto'

export const appSecret = 'the-secret-of-the-bench-app'
export const inboxCount = 20
export const knownContacts = 2_000

/** The provider's id of an inbox's account. */
export const inboxKey = (inbox: number): string => `1784140000000${String(inbox).padStart(4, '0')}`

/** A known contact writes to the inbox of its number modulo the number of inboxes. */
export const contactKey = (contact: number): string => `662000000${String(contact).padStart(6, '0')}`

/** Coprime to the number of contacts: everyone has written once before anyone writes twice. */
const stride = 1_237

/** Like Meta's, 100 characters and more. */
const midPrefix = 'aWdfZAG1faXRlbToxOklHTWVzc2FnZAUlEOjE3ODQxNDAwMDAwMDAwMDAwOjM0MDI4MjM2Njg0MTcxMDMwMTI0NDI3NjE5ODc6'

export interface TrafficSpec {
  readonly count: number
  /** Part of every message id: no two traffics of one database may share it. */
  readonly label: string
  /** The share of events by people who never wrote before. */
  readonly newShare: number
  /** The share of events that bring a picture, and where it is. */
  readonly media?: { readonly share: number; readonly url: string }
  /** Inbox 0 gets this many times what each other one gets. */
  readonly hotFactor?: number
}

export interface Prepared {
  readonly bytes: Buffer
  /** Whether it is for the inbox that gets more than others. */
  readonly hot: boolean
}

export const messageBody = (inbox: number, contact: string, mid: string, picture?: string): string => {
  const now = Date.now()
  const attachments = picture === undefined ? {} : { attachments: [{ type: 'image', payload: { url: picture } }] }
  const message = { mid, text: 'Is the blue one still there? I would come by this afternoon.', ...attachments }
  const item = { sender: { id: contact }, recipient: { id: inboxKey(inbox) }, timestamp: now, message }
  return JSON.stringify({ object: 'instagram', entry: [{ id: inboxKey(inbox), time: now, messaging: [item] }] })
}

export const sign = (body: string): string => `sha256=${createHmac('sha256', appSecret).update(body).digest('hex')}`

/** The whole request as it goes over the wire. */
const requestOf = (body: string): Buffer =>
  Buffer.from(
    `POST /webhooks/instagram HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: Webhooks/1.0 (https://fb.me/webhooks)\r\nAccept: */*\r\n` +
      `Accept-Encoding: deflate, gzip\r\nContent-Type: application/json\r\nX-Hub-Signature-256: ${sign(body)}\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  )

/** The contact of the nth event; of the hot inbox for the share that its factor makes. */
const pickContact = (n: number, hotFactor: number): number => {
  const contact = (n * stride) % knownContacts
  if (hotFactor === 1) return contact
  const hot = Math.random() < hotFactor / (hotFactor + inboxCount - 1)
  const inbox = hot ? 0 : 1 + Math.floor(Math.random() * (inboxCount - 1))
  return contact - (contact % inboxCount) + inbox
}

/** Requests signed beforehand, so that sending them costs next to nothing. */
export const prepareTraffic = ({ count, label, newShare, media, hotFactor = 1 }: TrafficSpec): Prepared[] =>
  Array.from({ length: count }, (_, n) => {
    const contact = pickContact(n, hotFactor)
    const inbox = contact % inboxCount
    const isNew = Math.random() < newShare
    const source = isNew ? `99${label.replaceAll(/\D/g, '')}${String(n).padStart(8, '0')}` : contactKey(contact)
    const picture = media && Math.random() < media.share ? `${media.url}/${label}-${n}` : undefined
    return { bytes: requestOf(messageBody(inbox, source, `${midPrefix}${label}-${n}`, picture)), hot: hotFactor > 1 && inbox === 0 }
  })
