import type { Json } from '#application/intake/channel-event.ts'
import type { IntakeEventView } from '#application/ports/queries.ts'

/** Times are seconds with their fraction, as `since` and `until` take them. */
export const intakeEventJson = (event: IntakeEventView) => ({
  id: event.id,
  state: event.state,
  kind: event.kind,
  reason: event.reason,
  channel: event.channel,
  account_key: event.accountKey,
  attempts: event.attempts,
  occurred_at: event.occurredAt / 1000,
  received_at: event.receivedAt / 1000,
})

const toText = (bytes: Uint8Array): string | undefined => {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return undefined
  }
}

const toBase64 = (bytes: Uint8Array): string => {
  let binary = ''
  for (let at = 0; at < bytes.length; at += 0x8000) binary += String.fromCharCode(...bytes.subarray(at, at + 0x8000))
  return btoa(binary)
}

/** The body as it came: text where it is text, else base64. Null once its retention time is over. */
const bodyJson = (bytes: Uint8Array | null) => {
  if (bytes === null) return { body: null, body_encoding: null }
  const text = toText(bytes)
  return text === undefined ? { body: toBase64(bytes), body_encoding: 'base64' } : { body: text, body_encoding: 'utf-8' }
}

export const intakeEventDetailJson = (event: IntakeEventView & { readonly payload: Json; readonly body: Uint8Array | null }) => ({
  ...intakeEventJson(event),
  payload: event.payload,
  ...bodyJson(event.body),
})
