import type { OutgoingMessage } from '#application/messages/write-outgoing.ts'
import type { Channels } from '#application/ports/channel.ts'
import type { Conversation } from '#application/ports/conversations.ts'
import type { RenderTemplate } from '#application/ports/render-template.ts'
import type { Tx } from '#application/ports/unit-of-work.ts'
import { placeholderName } from '#domain/contact/contact.ts'
import { mayNameVariables, variablesOf } from '#domain/message/variables.ts'

/** What is to be said, and where; undefined where that is not there. */
interface Speech {
  readonly message: Pick<OutgoingMessage, 'content' | 'author'>
  readonly conversation: Conversation | undefined
}

export interface Rendering {
  readonly channels: Channels
  readonly renderTemplate: RenderTemplate
}

/** Has texts say what they name: the customer, whoever writes, the conversation. Those that name nothing cost nothing. */
export const fillIn = async <S extends Speech>(
  tx: Tx,
  { channels, renderTemplate }: Rendering,
  speeches: readonly S[],
): Promise<readonly S[]> => {
  const spoken = speeches.flatMap((speech) => {
    const { message, conversation } = speech
    if (!conversation || !mayNameVariables(message.content)) return []
    const { accountId, id: conversationId } = conversation
    const userId = message.author.kind === 'user' ? message.author.id : null
    return [{ speech, conversation, where: { accountId, conversationId, userId } }]
  })
  if (spoken.length === 0) return speeches
  const found = await tx.surroundings.read(spoken.map(({ where }) => where))
  const filled = new Map(
    spoken.map(({ speech, conversation: { channel, sourceId } }, n): [S, S] => {
      const around = found[n]
      if (!around) return [speech, speech]
      const variables = variablesOf(around, placeholderName(channels.get(channel)?.label ?? channel, sourceId))
      return [speech, { ...speech, message: { ...speech.message, content: renderTemplate(speech.message.content, variables) } }]
    }),
  )
  return speeches.map((speech) => filled.get(speech) ?? speech)
}

export const fillInOne = async <S extends Speech>(tx: Tx, rendering: Rendering, speech: S): Promise<S> =>
  (await fillIn(tx, rendering, [speech]))[0] ?? speech
