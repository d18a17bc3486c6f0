import { ofetch } from 'ofetch'
import { parseJson } from '#channels/meta/json.ts'
import { pauseAsked } from '#channels/meta/usage.ts'
import type { Duration } from '#domain/shared/instant.ts'

/** How long a call may take, in ms. Meta answers a text in well under a second; the rest is weather. */
const defaultTimeout = 15_000

export interface GraphRequest {
  readonly method: 'GET' | 'POST' | 'DELETE'
  readonly url: string
  readonly query?: Readonly<Record<string, string>>
  readonly json?: unknown
  readonly form?: Readonly<Record<string, string>>
  readonly multipart?: FormData
  /** Sent as `Authorization: Bearer`, so that it is in no access log. */
  readonly token?: string
  readonly timeout?: number
  /** Ends the call before that. */
  readonly until?: AbortSignal
}

export type GraphAnswer =
  /** `pause`: how long Meta wants no further call for this account, whatever the answer; undefined where it is content. */
  | { readonly kind: 'answer'; readonly status: number; readonly body: unknown; readonly pause: Duration | undefined }
  /** `reached` is false only where the provider certainly saw nothing of the request. */
  | { readonly kind: 'silence'; readonly reached: boolean }

export type GraphClient = (request: GraphRequest) => Promise<GraphAnswer>

/** The ways in which Node, Bun and Deno say that no connection was made. */
const neverConnected =
  /ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|CONNECT_TIMEOUT|ConnectionRefused|Connection refused|dns error|FailedToOpenSocket/

const causes = function* (error: unknown): Generator<string> {
  for (let e = error, depth = 0; e instanceof Error && depth < 5; e = e.cause, depth++) {
    yield e.message
    if ('code' in e && typeof e.code === 'string') yield e.code
    if (e instanceof AggregateError) for (const inner of e.errors) yield* causes(inner)
  }
}

/**
 * The body as a Blob, since that is one that no runtime sends twice: where the connection breaks before the answer, Deno's fetch
 * repeats any request by itself, a POST too, unless its body streams, as a Blob's does (denoland/deno#35610, #32566).
 */
const bodyOf = ({ json, form, multipart }: GraphRequest): { body?: Blob | FormData } => {
  if (multipart) return { body: multipart }
  if (json !== undefined) return { body: new Blob([JSON.stringify(json)], { type: 'application/json' }) }
  return form ? { body: new Blob([`${new URLSearchParams(form)}`], { type: 'application/x-www-form-urlencoded' }) } : {}
}

/**
 * One call to one of Meta's hosts, never repeated here. Any HTTP answer is an answer, its body parsed where it is JSON and
 * undefined where it is not (Meta answers HTML at times); the transport's failures say whether the request can have been seen.
 */
export const graphClient: GraphClient = async (request) => {
  const { method, url, query, token, timeout = defaultTimeout, until } = request
  try {
    const response = await ofetch.raw<string, 'text'>(url, {
      method,
      retry: 0,
      ...(until ? { signal: AbortSignal.any([AbortSignal.timeout(timeout), until]) } : { timeout }),
      ignoreResponseError: true,
      redirect: 'manual',
      responseType: 'text',
      headers: { accept: 'application/json', ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) },
      ...(query === undefined ? {} : { query }),
      ...bodyOf(request),
    })
    const { status, headers, _data: text = '' } = response
    return { kind: 'answer', status, body: parseJson(text), pause: pauseAsked((name) => headers.get(name), text) }
  } catch (error) {
    return { kind: 'silence', reached: ![...causes(error)].some((text) => neverConnected.test(text)) }
  }
}
