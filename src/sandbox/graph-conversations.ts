import { refusal } from './errors.ts'
import { type Node, select } from './graph-fields.ts'
import type { Simulation } from './simulation.ts'
import { threadOf } from './threads.ts'
import type { Attachment, Business, Customer, Message } from './world.ts'

/** Every id is listed, but only the newest ones can be opened; older ones answer as if deleted. */
const READABLE = 20
const PAGE = 25
const PAGE_MAX = 100

/** `2026-03-04T05:06:07+0000`: the offset has no colon. */
const graphTime = (ms: number): string => new Date(ms).toISOString().replace(/\.\d{3}Z$/, '+0000')

/** `GET /{account}/conversations`: newest first, in pages. */
export const listConversations = (sim: Simulation, business: Business, query: Record<string, string>) => {
  if (query.platform !== undefined && query.platform !== 'instagram') throw refusal('invalid', '(#100) platform has to be instagram')
  const all = [...sim.world.customers.values()]
    .filter((customer) => customer.business_id === business.user_id && threadOf(sim.world, customer).length > 0)
    .filter((customer) => query.user_id === undefined || customer.igsid === query.user_id)
    .sort((a, b) => updatedAt(sim, b) - updatedAt(sim, a))
  const start = Number(Buffer.from(query.after ?? '', 'base64url').toString()) || 0
  const size = Math.min(Number(query.limit) || PAGE, PAGE_MAX)
  const data = all
    .slice(start, start + size)
    .map((customer) => select(toConversation(sim, business, customer), query.fields ?? 'updated_time'))
  const after = Buffer.from(String(start + size)).toString('base64url')
  const next = `${sim.url}/graph/${business.user_id}/conversations?${new URLSearchParams({ ...query, after })}`
  return { data, ...(start + size < all.length && { paging: { cursors: { after }, next } }) }
}

export const conversationNode = (sim: Simulation, business: Business, id: string): Node | undefined => {
  const customer = [...sim.world.customers.values()].find((each) => each.conversation_id === id)
  return customer?.business_id === business.user_id ? toConversation(sim, business, customer) : undefined
}

export const messageNode = (sim: Simulation, business: Business, mid: string): Node | undefined => {
  const message = sim.world.messages.get(mid)
  const customer = message && sim.world.customers.get(message.igsid)
  if (message === undefined || customer?.business_id !== business.user_id) return undefined
  if (message.deleted || !threadOf(sim.world, customer).slice(-READABLE).includes(message)) throw refusal('messageGone')
  return toMessage(business, customer, message)
}

const updatedAt = (sim: Simulation, customer: Customer): number => threadOf(sim.world, customer).at(-1)?.timestamp ?? 0

const toConversation = (sim: Simulation, business: Business, customer: Customer): Node => ({
  id: customer.conversation_id,
  updated_time: graphTime(updatedAt(sim, customer)),
  participants: { data: [person(business.user_id, business.username), person(customer.igsid, customer.username)] },
  messages: (fields: string | undefined) => ({
    data: threadOf(sim.world, customer)
      .toReversed()
      .map((message, index) => listed(toMessage(business, customer, message), index < READABLE && !message.deleted ? fields : undefined)),
  }),
})

const listed = (message: Node, fields: string | undefined): Node => select(message, fields ?? 'created_time')

const person = (id: string, username: string) => ({ username, id })

const toMessage = (business: Business, customer: Customer, message: Message): Node => {
  const [us, them] = [person(business.user_id, business.username), person(customer.igsid, customer.username)]
  const incoming = message.from === customer.igsid
  return {
    id: message.mid,
    created_time: graphTime(message.timestamp),
    from: incoming ? them : us,
    to: { data: [incoming ? us : them] },
    message: message.text ?? '',
    attachments: listOf(message.attachments.filter(({ type }) => type in details).map(toDetail)),
    reactions:
      message.reactions.length > 0
        ? { data: message.reactions.map(({ by, emoji }) => ({ reaction: emoji, users: [{ id: by }] })) }
        : undefined,
    reply_to: message.reply_to,
    story: toStory(message),
    shares: listOf(message.attachments.filter(({ type }) => shareTypes.includes(type)).map(({ payload }) => ({ link: payload?.url }))),
  }
}

const listOf = (data: object[]) => (data.length > 0 ? { data } : undefined)

/** What is shared is listed apart from what was attached, and without its kind. */
const shareTypes = ['share', 'ig_post', 'ig_reel']

const details: Record<string, (url: unknown) => object> = {
  image: (url) => ({ mime_type: 'image/png', image_data: { url } }),
  video: (url) => ({ mime_type: 'video/mp4', video_data: { url } }),
  audio: (url) => ({ mime_type: 'audio/wav', file_url: url }),
  file: (url) => ({ mime_type: 'application/pdf', file_url: url }),
}

const toDetail = ({ type, payload }: Attachment) => details[type]?.(payload?.url) ?? {}

const toStory = ({ attachments }: Message) => {
  const mention = attachments.find(({ type }) => type === 'story_mention')
  return mention && { mention: { link: mention.payload?.url } }
}
