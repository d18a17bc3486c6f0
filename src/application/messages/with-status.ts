import type { DeliveryError, Message } from '#application/ports/messages.ts'
import { advance, type MessageStatus } from '#domain/message/status.ts'

/** The message as a report of its status leaves it: the same one where that says nothing new. `error` is kept where it failed. */
export const withStatus = (message: Message, reported: MessageStatus, error: DeliveryError | null): Message => {
  const status = advance(message.status, reported)
  return status === message.status ? message : { ...message, status, error: status === 'failed' ? error : null }
}
