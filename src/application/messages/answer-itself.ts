import { fillIn, type Rendering } from '#application/messages/fill-in.ts'
import { type Draft, writeOutgoing } from '#application/messages/write-outgoing.ts'
import type { Conversation } from '#application/ports/conversations.ts'
import type { Tx } from '#application/ports/unit-of-work.ts'
import { answersItself, type InboxTemplates, templatesFor } from '#domain/conversation/templates.ts'
import type { Instant } from '#domain/shared/instant.ts'

/** What a customer has just written. */
export interface JustWritten {
  /** As it is after that, and locked. */
  readonly conversation: Conversation
  readonly templates: InboxTemplates | null
  readonly writtenAt: Instant
}

const nothing = { hasOutgoing: false, lastAnswerAt: null, lastTemplateAt: null }

const answer = (text: string): Draft['message'] => ({
  author: { kind: 'system', id: null },
  content: text,
  private: false,
  contentAttributes: {},
})

/** Greets, or says that nobody is there, where inboxes do that by themselves: once, because the conversations know it then. */
export const answerItself = async (tx: Tx, rendering: Rendering, written: readonly JustWritten[], now: Instant): Promise<void> => {
  const talkative = written.filter(({ templates }) => templates && answersItself(templates))
  if (talkative.length === 0) return
  const said = await tx.messages.saidIn(talkative.map(({ conversation }) => conversation.id))
  const drafts = talkative.flatMap(({ conversation, templates, writtenAt }): Draft[] => {
    const texts = templates ? templatesFor(templates, said.get(conversation.id) ?? nothing, writtenAt, now) : []
    return texts.map((text) => ({ message: answer(text), conversation, channel: rendering.channels.get(conversation.channel) }))
  })
  // A template may come to nothing, for whom it has nothing to say.
  const filled = (await fillIn(tx, rendering, drafts)).filter(({ message }) => message.content.trim() !== '')
  if (filled.length > 0) await writeOutgoing(tx, filled, now)
}
