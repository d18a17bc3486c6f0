import { challenge } from './ids.ts'
import { ControlError } from './input.ts'
import type { AppConfig } from './world.ts'

const HANDSHAKE_MS = 10_000

/** The GET handshake of setting a callback: the answer has to be 200 with the bare challenge. Throws when it is not. */
export const verifyCallback = async ({ callback_url, verify_token }: AppConfig, closing: AbortSignal): Promise<void> => {
  if (callback_url === null) return
  const refuse = (why: string) => new ControlError(422, 'callback.unverified', `The callback ${callback_url} ${why}`)
  if (verify_token === null) throw refuse('cannot be verified without a verify_token')
  if (!URL.canParse(callback_url)) throw refuse('is not a URL')
  const wanted = challenge()
  const url = new URL(callback_url)
  for (const [name, value] of Object.entries({ mode: 'subscribe', challenge: wanted, verify_token }))
    url.searchParams.set(`hub.${name}`, value)
  const signal = AbortSignal.any([closing, AbortSignal.timeout(HANDSHAKE_MS)])
  const response = await fetch(url, { redirect: 'manual', signal }).catch((error: unknown) => {
    throw refuse(`gave no answer: ${causeOf(error)}`)
  })
  const body = await response.text()
  if (response.status !== 200) throw refuse(`answered ${response.status}, not 200`)
  if (body !== wanted) throw refuse(`answered ${JSON.stringify(body.slice(0, 100))}, not the bare challenge ${wanted}`)
}

/** One POST as the webhook sender makes it. Throws when there is no answer. */
export const postToCallback = async (
  url: string,
  body: string,
  { signature, signal, headers }: { signature?: string; signal: AbortSignal; headers?: Record<string, string> },
): Promise<{ status: number; body: string }> => {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(signature !== undefined && { 'x-hub-signature-256': signature }), ...headers },
    body,
    redirect: 'manual',
    signal,
  })
  return { status: response.status, body: await response.text() }
}

/** fetch hides the real reason ("ECONNREFUSED …") in `cause`. */
export const causeOf = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error)
  return error.cause instanceof Error ? error.cause.message || error.cause.name : error.message
}
