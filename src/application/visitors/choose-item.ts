import type { Channels } from '#application/ports/channel.ts'
import type { Clock } from '#application/ports/clock.ts'
import type { ContentAttributes, Message } from '#application/ports/messages.ts'
import type { UnitOfWork } from '#application/ports/unit-of-work.ts'
import { tellBridges } from '#application/webhooks/tell-bridges.ts'
import { isMap } from '#domain/contact/merged-contact.ts'
import type { AccountId, MessageId } from '#domain/shared/ids.ts'
import { err, ok, type Result } from '#domain/shared/result.ts'

export interface ChooseItemCommand {
  readonly accountId: AccountId
  /** The conversation's number as people see it. */
  readonly displayId: number
  readonly messageId: MessageId
  /** Of the item that the customer chose. */
  readonly value: string
}

export type ChooseItemError = { readonly code: 'conversation.unknown' | 'message.unknown' | 'message.no_such_item' }

/** The customer chose one of the items of a message. Another one may be chosen later, and stands then. */
export type ChooseItem = (command: ChooseItemCommand) => Promise<Result<MessageId, ChooseItemError>>

interface Dependencies {
  readonly channels: Channels
  readonly unitOfWork: UnitOfWork
  readonly clock: Clock
}

/** Title and value of the item with this value, as the API has them. */
const itemOf = ({ items }: ContentAttributes, value: string): ContentAttributes | undefined => {
  const found = Array.isArray(items) ? items.find((item) => isMap(item) && item.value === value) : undefined
  return isMap(found) && typeof found.title === 'string' ? { title: found.title, value } : undefined
}

const isChosen = ({ submitted_values: chosen }: ContentAttributes, value: string): boolean =>
  Array.isArray(chosen) && chosen.some((item) => isMap(item) && item.value === value)

const isShown = ({ type, private: isPrivate }: Message): boolean => (type === 'outgoing' || type === 'template') && !isPrivate

export const createChooseItem =
  ({ channels, unitOfWork, clock }: Dependencies): ChooseItem =>
  ({ accountId, displayId, messageId, value }) =>
    unitOfWork.run(async (tx): ReturnType<ChooseItem> => {
      const conversation = await tx.conversations.byDisplayId(accountId, displayId)
      if (!conversation) return err({ code: 'conversation.unknown' })
      const message = await tx.messages.byId(accountId, messageId)
      if (message?.conversationId !== conversation.id || !isShown(message)) return err({ code: 'message.unknown' })
      const item = itemOf(message.contentAttributes, value)
      if (!item) return err({ code: 'message.no_such_item' })
      if (isChosen(message.contentAttributes, value)) return ok(messageId)
      await tx.messages.save([{ ...message, contentAttributes: { ...message.contentAttributes, submitted_values: [item] } }])
      await tellBridges(
        tx,
        [{ name: 'message_updated', messageId, conversation, channel: channels.get(conversation.channel) }],
        clock.now(),
      )
      return ok(messageId)
    })
