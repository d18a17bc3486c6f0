import * as z from 'zod'
import type { ChannelError, ChannelErrorDetail } from '#application/ports/channel.ts'
import { classSentences, type GraphErrorClass, graphErrors, graphErrorsByWords } from '#channels/meta/error-table.ts'
import type { GraphAnswer } from '#channels/meta/graph-client.ts'
import type { Duration } from '#domain/shared/instant.ts'

const number = z
  .union([
    z.number(),
    z
      .string()
      .regex(/^-?\d+$/)
      .transform(Number),
  ])
  .optional()
  .catch(undefined)
const text = z.string().optional().catch(undefined)

const envelope = z.object({
  error: z.object({
    message: text,
    code: number,
    error_subcode: number,
    is_transient: z.boolean().optional().catch(undefined),
    fbtrace_id: text,
  }),
})

type GraphError = z.infer<typeof envelope>['error']

/** Does a call change something at the provider? Then no answer, or one that does not tell, must not lead to a second call. */
export type CallEffect = 'reads' | 'writes'

type Meaning = readonly [GraphErrorClass, string?]

/** Meta gives long subcodes only once, so one says the same under a code that it was not listed with, or standing as the code. */
const longSubcode = 1_000_000

const bySubcode: ReadonlyMap<string, Meaning> = new Map(
  Object.entries(graphErrors).flatMap(([key, meaning]) => {
    const number = key.split('/').at(-1) ?? ''
    return Number(number) >= longSubcode ? [[number, meaning]] : []
  }),
)

const ofCode = (code: number): Meaning | undefined =>
  graphErrors[String(code)] ?? bySubcode.get(String(code)) ?? (code >= 200 && code <= 299 ? ['permission'] : undefined)

/** What the table says, the most telling first: subcode, words, code. */
const listed = ({ code, error_subcode, message = '' }: GraphError): Meaning | undefined =>
  graphErrors[`${code}/${error_subcode}`] ??
  bySubcode.get(String(error_subcode)) ??
  graphErrorsByWords.find(({ words }) => words.test(message))?.means ??
  (code === undefined ? undefined : ofCode(code))

const unlisted = ({ is_transient }: GraphError, status: number, effect: CallEffect): GraphErrorClass => {
  if (is_transient === true) return 'transient'
  if (status === 429) return 'rate'
  if (status >= 500) return effect === 'writes' ? 'ambiguous' : 'transient'
  return 'invalid'
}

const errorOf = (kind: GraphErrorClass, detail: ChannelErrorDetail, broken: boolean): ChannelError => {
  const told: ChannelErrorDetail = broken ? { ...detail, outage: true } : detail
  switch (kind) {
    case 'transient':
      return { code: 'channel.unavailable', detail: told }
    case 'rate':
      return { code: 'channel.rate_limited', detail }
    case 'auth':
      return { code: 'channel.unauthorized', detail }
    case 'ambiguous':
      return { code: 'channel.uncertain', detail: told }
    default:
      return { code: 'channel.rejected', class: kind, detail }
  }
}

const detailOf = ({ code, error_subcode, fbtrace_id }: GraphError, message: string, pause: Duration | undefined): ChannelErrorDetail => ({
  message,
  ...(code === undefined ? {} : { providerCode: String(code) }),
  ...(error_subcode === undefined ? {} : { providerSubcode: String(error_subcode) }),
  ...(fbtrace_id === undefined ? {} : { providerTraceId: fbtrace_id }),
  ...(pause === undefined ? {} : { retryAfter: pause }),
})

/**
 * What stands against calling this answer a success, or undefined where nothing does. Looks at the body before the HTTP status,
 * which is unreliable: a 200 can carry an error, a rate limit comes as 500, a closed window as 403.
 */
export const failureOf = (answer: GraphAnswer, effect: CallEffect): ChannelError | undefined => {
  if (answer.kind === 'silence') {
    const kind = answer.reached && effect === 'writes' ? 'ambiguous' : 'transient'
    return errorOf(kind, { message: classSentences[kind] }, true)
  }
  const { status, body, pause } = answer
  const parsed = envelope.safeParse(body)
  if (!parsed.success && status >= 200 && status < 300) return undefined
  const error: GraphError = parsed.success ? parsed.data.error : {}
  const [kind, sentence] = listed(error) ?? [unlisted(error, status, effect)]
  return errorOf(kind, detailOf(error, sentence ?? classSentences[kind], pause), status >= 500)
}
