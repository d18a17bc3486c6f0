import type { Context } from 'hono'
import { problem } from '#adapters/http/errors.ts'
import { secondsOrNull } from '#adapters/http/views/time.ts'
import type { ReceiveMessageError } from '#application/messages/receive-message.ts'
import type { RetryMessageError } from '#application/messages/retry-message.ts'
import type { SendMessageError } from '#application/messages/send-message.ts'

type MessageError = SendMessageError | ReceiveMessageError | RetryMessageError

const megabytes = (bytes: number): string => `${Math.floor(bytes / 1024 / 1024)} MB`

/** The limit itself, where there is one to tell. */
const sentenceOf = (error: MessageError): string | undefined => {
  switch (error.code) {
    case 'attachment.too_large':
      return `"${error.name}" is too large: in this inbox a file of the type ${error.type} may have at most ${megabytes(error.limit)}.`
    case 'attachment.type_unsupported':
      return `"${error.name}" is ${error.contentType}, which cannot be sent in this inbox; it takes ${error.supported.join(', ')}.`
    case 'attachment.empty':
      return `There is nothing in "${error.name}".`
    case 'message.item_too_long':
      return `"${error.text}" is too long: in this inbox it may have at most ${error.limit} characters.`
    case 'message.too_many_items':
      return `There are too many items: this inbox shows at most ${error.limit}.`
    case 'message.too_many_buttons':
      return `A card in this inbox may have at most ${error.limit} actions.`
    default:
      return undefined
  }
}

const moreOf = (error: MessageError): object | undefined =>
  error.code === 'message.outside_window' ? { closes_at: secondsOrNull(error.closesAt) } : undefined

/** Why a message is not sent, with what would have to be different. */
export const refuse = (c: Context, error: MessageError): Response => problem(c, error.code, sentenceOf(error), moreOf(error))
