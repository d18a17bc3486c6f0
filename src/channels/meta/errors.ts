import * as z from 'zod'
import type { ChannelError, ChannelErrorDetail, RejectionClass } from '#application/ports/channel.ts'
import type { GraphAnswer } from '#channels/meta/graph-client.ts'

/** What a Graph error means for us. */
export type GraphErrorClass = 'transient' | 'rate' | 'auth' | 'ambiguous' | RejectionClass

/** `code` or `code/subcode` → class. Sources: Meta's Graph, Messenger and Instagram error pages (2026). */
const classes: Readonly<Record<string, GraphErrorClass>> = {
  '1': 'transient',
  '1/99': 'permission',
  '1/1357046': 'ambiguous',
  '2': 'transient',
  '2/2018344': 'permission',
  '3': 'permission',
  '4': 'rate',
  '4/2207051': 'policy',
  '9': 'rate',
  '10': 'permission',
  '10/1404170': 'policy',
  '10/1893015': 'recipient',
  '10/1893063': 'policy',
  '10/2018065': 'window',
  '10/2018108': 'recipient',
  '10/2018278': 'window',
  '10/2534022': 'window',
  '17': 'rate',
  '25': 'policy',
  '32': 'rate',
  '100': 'invalid',
  '100/33': 'unknown_user',
  '100/2018001': 'unknown_user',
  '100/2018008': 'media',
  '100/2018047': 'media',
  '100/2018074': 'media',
  '100/2018109': 'media',
  '100/2018294': 'media',
  '100/2534013': 'permission',
  '100/2534014': 'unknown_user',
  '100/2534029': 'policy',
  '100/2534037': 'permission',
  '102': 'auth',
  '190': 'auth',
  '230': 'permission',
  '341': 'rate',
  '368': 'policy',
  '551': 'recipient',
  '200/1545041': 'recipient',
  '200/551': 'recipient',
  '613': 'rate',
  '613/1893016': 'invalid',
  '613/2018338': 'policy',
  '1200': 'transient',
  '1609005': 'media',
  '2022': 'policy',
  '2534122': 'policy',
  '9010': 'unknown_user',
  '36000': 'media',
  '36001': 'media',
  '36103': 'permission',
  '80001': 'rate',
  '80002': 'rate',
  '80006': 'rate',
  '80007': 'rate',
  '2018218': 'unknown_user',
  '2018247': 'permission',
}

/** What a support agent reads. */
const sentences: Readonly<Record<GraphErrorClass, string>> = {
  transient: 'Instagram could not take the request at this moment.',
  rate: 'Instagram asks us to slow down; the request waits.',
  auth: 'Instagram no longer accepts this connection: an administrator has to connect the inbox again.',
  ambiguous: 'Instagram did not say whether it took the request.',
  window: 'Instagram no longer allows an answer: the customer has to write again first.',
  recipient: 'This person cannot receive messages right now.',
  unknown_user: 'Instagram does not know this person, or they are not visible to the business.',
  policy: 'Instagram has restricted what this business may send.',
  permission: 'Instagram does not allow this: the app or the account lacks a permission or a setting.',
  media: 'Instagram could not read the attached file.',
  invalid: 'Instagram does not accept this message.',
}

const envelope = z.object({
  error: z.object({
    message: z.string().optional(),
    code: z.coerce.number().optional(),
    error_subcode: z.coerce.number().optional(),
    is_transient: z.boolean().optional(),
    fbtrace_id: z.string().optional(),
  }),
})

type GraphError = z.infer<typeof envelope>['error']

/** Does a call change something at the provider? Then no answer, or one that does not tell, must not lead to a second call. */
export type CallEffect = 'reads' | 'writes'

const byTable = ({ code, error_subcode }: GraphError): GraphErrorClass | undefined => {
  if (code === undefined) return undefined
  const known = classes[`${code}/${error_subcode}`] ?? classes[String(code)]
  return known ?? (code >= 200 && code <= 299 ? 'permission' : undefined)
}

const classify = (error: GraphError, status: number, effect: CallEffect): GraphErrorClass => {
  const known = byTable(error)
  if (known) return known
  if (error.is_transient === true) return 'transient'
  if (status === 429) return 'rate'
  if (status === 403) return 'permission'
  if (status >= 500) return effect === 'writes' ? 'ambiguous' : 'transient'
  return 'invalid'
}

const errorOf = (kind: GraphErrorClass, detail: ChannelErrorDetail, retryAfter: number | undefined): ChannelError => {
  const pause = retryAfter === undefined ? {} : { retryAfter }
  switch (kind) {
    case 'transient':
      return { code: 'channel.unavailable', detail, ...pause }
    case 'rate':
      return { code: 'channel.rate_limited', detail, ...pause }
    case 'auth':
      return { code: 'channel.unauthorized', detail }
    case 'ambiguous':
      return { code: 'channel.uncertain', detail }
    default:
      return { code: 'channel.rejected', class: kind, detail }
  }
}

/** Meta's own "To use 'Human Agent' …" refusal comes without a code. */
const humanAgentRefused = /human agent/i

/**
 * What stands against calling this answer a success, or undefined where nothing does. Looks at the body before the HTTP status,
 * which is unreliable: a 200 can carry an error, a rate limit comes as 500, a closed window as 403.
 */
export const failureOf = (answer: GraphAnswer, effect: CallEffect): ChannelError | undefined => {
  if (answer.kind === 'silence') {
    return errorOf(answer.reached && effect === 'writes' ? 'ambiguous' : 'transient', { message: sentences.transient }, undefined)
  }
  const { status, body, retryAfter } = answer
  const parsed = envelope.safeParse(body)
  if (!parsed.success) {
    if (status >= 200 && status < 300) return undefined
    const kind = classify({}, status, effect)
    return errorOf(kind, { message: sentences[kind] }, retryAfter)
  }
  const { error } = parsed.data
  const kind = classify(error, status, effect)
  const message = humanAgentRefused.test(error.message ?? '')
    ? 'The Meta app does not have the Human Agent feature yet, so answers after 24 hours are refused.'
    : sentences[kind]
  return errorOf(
    kind,
    {
      message,
      ...(error.code === undefined ? {} : { providerCode: String(error.code) }),
      ...(error.error_subcode === undefined ? {} : { providerSubcode: String(error.error_subcode) }),
      ...(error.fbtrace_id === undefined ? {} : { providerTraceId: error.fbtrace_id }),
    },
    retryAfter,
  )
}
