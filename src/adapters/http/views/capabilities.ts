import type { Channel } from '#application/ports/channel.ts'
import type { ReplyWindowRules } from '#domain/conversation/reply-window.ts'
import { type CardLimits, type ChoiceLimits, type MediaLimit, mostAttachments } from '#domain/message/limits.ts'

/** No limit is null: JSON knows no infinity. */
const orNone = (limit: number): number | null => (Number.isFinite(limit) ? limit : null)

const mediaJson = ({ type, contentTypes, bytes }: MediaLimit) => ({
  file_type: type,
  content_types: contentTypes ?? ['*/*'],
  max_bytes: orNone(bytes),
})

const choicesJson = ({ most, titleCharacters }: ChoiceLimits) => ({ max: orNone(most), title_characters: orNone(titleCharacters) })

const cardsJson = (cards: CardLimits) => ({
  max: orNone(cards.most),
  text_characters: orNone(cards.textCharacters),
  buttons: orNone(cards.buttons),
  button_characters: orNone(cards.buttonCharacters),
  bare_text_characters: orNone(cards.bareTextCharacters),
})

const inSeconds = (duration: number | undefined): number | null => (duration === undefined ? null : duration / 1000)

/** What agents can do in a channel, from the very limits that messages are checked by. */
export const capabilitiesJson = ({ limits, act }: Channel, window: ReplyWindowRules) => ({
  text: { part_bytes: orNone(limits.textBytes) },
  attachments: {
    max: limits.media ? mostAttachments : 0,
    images_per_call: limits.imagesTogether ?? 1,
    types: (limits.media ?? []).map(mediaJson),
  },
  quick_replies: limits.choices ? choicesJson(limits.choices) : null,
  cards: limits.cards ? cardsJson(limits.cards) : null,
  stickers: limits.stickers ?? [],
  replies: limits.replies ?? false,
  private_reply_seconds: inSeconds(limits.privateReplyWithin),
  reactions: act !== undefined,
  typing: act !== undefined,
  seen: act !== undefined,
  reply_window: { standard_seconds: inSeconds(window.standard), human_agent_seconds: inSeconds(window.humanAgent) },
})
