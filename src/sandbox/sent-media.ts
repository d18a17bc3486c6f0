import { refusal } from './errors.ts'
import { uploadId } from './ids.ts'
import { isObject } from './json.ts'
import type { Simulation } from './simulation.ts'
import { type Attachment, type Business, remember } from './world.ts'

/** Files that the app sends: what they are is looked at, as the platform does, and not believed. */

const MB = 1024 * 1024
const FETCH_MS = 10_000
const RULES: Record<string, { max: number; types: string[] }> = {
  image: { max: 8 * MB, types: ['png', 'jpeg', 'gif'] },
  audio: { max: 25 * MB, types: ['aac', 'm4a', 'wav', 'mp4'] },
  video: { max: 25 * MB, types: ['mp4', 'm4a', 'ogg', 'avi', 'mov', 'webm'] },
  file: { max: 25 * MB, types: ['pdf'] },
}

export const isMedia = (type: string): boolean => type in RULES

/** By the first bytes, in hexadecimal. */
const SIGNS: [RegExp, string][] = [
  [/^89504e47/, 'png'],
  [/^ffd8ff/, 'jpeg'],
  [/^47494638/, 'gif'],
  [/^fff[19]/, 'aac'],
  [/^52494646.{8}57415645/, 'wav'],
  [/^52494646.{8}41564920/, 'avi'],
  [/^.{8}667479704d3441/, 'm4a'],
  [/^.{8}667479707174/, 'mov'],
  [/^.{8}66747970/, 'mp4'],
  [/^4f676753/, 'ogg'],
  [/^1a45dfa3/, 'webm'],
  [/^25504446/, 'pdf'],
]

const check = (type: string, bytes: Uint8Array): void => {
  const rule = RULES[type]
  const start = Buffer.from(bytes.subarray(0, 16)).toString('hex')
  const sign = SIGNS.find(([pattern]) => pattern.test(start))?.[1] ?? 'unknown'
  if (!rule?.types.includes(sign)) throw refusal('wrongFileType', `(#100) A file of the kind ${sign} is no ${type}`)
  if (bytes.length > rule.max) throw refusal('fileTooLarge')
}

/** `POST /{account}/message_attachments`: the file as `filedata`, what it is in `message`. */
export const upload = async (sim: Simulation, business: Business, body: unknown): Promise<{ attachment_id: string }> => {
  const { message, filedata } = isObject(body) ? body : {}
  const type = typeOf(typeof message === 'string' ? message : '{}')
  if (type === undefined || !isMedia(type)) throw refusal('invalid', '(#100) message.attachment.type is missing')
  if (!(filedata instanceof Blob)) throw refusal('invalid', '(#100) filedata is missing')
  check(type, new Uint8Array(await filedata.arrayBuffer()))
  const id = uploadId()
  remember(sim.world.uploads, id, { business_id: business.user_id, type })
  return { attachment_id: id }
}

const typeOf = (message: string): string | undefined => {
  try {
    const { attachment } = JSON.parse(message)
    return isObject(attachment) && typeof attachment.type === 'string' ? attachment.type : undefined
  } catch {
    return undefined
  }
}

/** What the customer gets: the app's file under an address of the CDN. */
export const checkedMedia = async (
  sim: Simulation,
  business: Business,
  type: string,
  payload: Record<string, unknown>,
): Promise<Attachment> => {
  const { url, attachment_id: id } = payload
  if (typeof id === 'string') {
    const known = sim.world.uploads.get(id)
    if (known?.business_id !== business.user_id || known.type !== type) throw refusal('noSuchUpload')
  } else {
    if (typeof url !== 'string' || !URL.canParse(url)) throw refusal('mediaUnreachable')
    check(type, await fetched(sim, new URL(url)))
  }
  return { type, payload: { url: `${sim.url}/media/${EXAMPLES[type]}?sent=${uploadId()}` } }
}

const EXAMPLES: Record<string, string> = { image: 'sample.png', audio: 'sample.wav', video: 'sample.mp4', file: 'sample.pdf' }

const fetched = async ({ world, closing }: Simulation, { origin, pathname, search }: URL): Promise<Uint8Array> => {
  const signal = AbortSignal.any([closing, AbortSignal.timeout(FETCH_MS)])
  try {
    const answer = await fetch(`${world.app.media_origins[origin] ?? origin}${pathname}${search}`, { signal, redirect: 'manual' })
    if (answer.status !== 200) throw new Error(`HTTP ${answer.status}`)
    return new Uint8Array(await answer.arrayBuffer())
  } catch (cause) {
    throw refusal('mediaUnreachable', `(#100) The media could not be fetched: ${cause instanceof Error ? cause.message : cause}`)
  }
}
