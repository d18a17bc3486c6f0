import type { ConversationEvent } from '#application/events.ts'

/** Tells events as the software of others reads them. */
export interface WebhookBodies {
  /** The JSON text of an event. It has no secret, and nothing of what only colleagues see. */
  render(event: ConversationEvent): Promise<string>
}
