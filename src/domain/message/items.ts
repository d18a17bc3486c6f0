import type { CardLimits, ChoiceLimits, ContentLimits } from '#domain/message/limits.ts'
import { err, ok, type Result } from '#domain/shared/result.ts'

/** An answer that a customer may give at a touch. */
export interface Choice {
  readonly title: string
  /** What comes back with it, for software. */
  readonly payload: string
}

/** Opens an address, or answers with a payload. */
export type Button = { readonly title: string } & ({ readonly url: string } | { readonly payload: string })

export interface Card {
  readonly title: string
  readonly text: string | null
  readonly imageUrl: string | null
  readonly buttons: readonly Button[]
}

/** What a message has beside text and files. */
export interface Items {
  readonly choices?: readonly Choice[]
  readonly cards?: readonly Card[]
  /** Stands for the content, which is the sign itself. */
  readonly isSticker?: true
}

export type ItemsError =
  | { readonly code: 'message.content_type_unsupported' }
  | { readonly code: 'message.too_many_items' | 'message.too_many_buttons'; readonly limit: number }
  | { readonly code: 'message.item_too_long'; readonly limit: number; readonly text: string }

const characters = (text: string): number => [...text].length

const checkLengths = (texts: readonly string[], limit: number): Result<null, ItemsError> => {
  const text = texts.find((each) => characters(each) > limit)
  return text === undefined ? ok(null) : err({ code: 'message.item_too_long', limit, text })
}

const checkChoices = (choices: readonly Choice[], { most, titleCharacters }: ChoiceLimits): Result<null, ItemsError> =>
  choices.length > most
    ? err({ code: 'message.too_many_items', limit: most })
    : checkLengths(
        choices.map(({ title }) => title),
        titleCharacters,
      )

/** Is there nothing in it but a text and its buttons? */
export const isBare = (cards: readonly Card[]): boolean =>
  cards.length === 1 && cards.every(({ text, imageUrl }) => text === null && imageUrl === null)

const checkCards = (cards: readonly Card[], limits: CardLimits): Result<null, ItemsError> => {
  if (cards.length > limits.most) return err({ code: 'message.too_many_items', limit: limits.most })
  if (cards.some(({ buttons }) => buttons.length > limits.buttons)) return err({ code: 'message.too_many_buttons', limit: limits.buttons })
  const buttons = cards.flatMap((card) => card.buttons.map(({ title }) => title))
  const texts = cards.flatMap(({ title, text }) => [title, text ?? ''])
  const checked = checkLengths(buttons, limits.buttonCharacters)
  return checked.ok ? checkLengths(texts, isBare(cards) ? limits.bareTextCharacters : limits.textCharacters) : checked
}

/** Can a channel show these? */
export const checkItems = ({ choices, cards, isSticker }: Items, content: string, limits: ContentLimits): Result<null, ItemsError> => {
  const unsupported = err({ code: 'message.content_type_unsupported' } as const)
  if (isSticker && !limits.stickers?.includes(content.trim())) return unsupported
  if ((choices && !limits.choices) || (cards && !limits.cards)) return unsupported
  const checked = choices && limits.choices ? checkChoices(choices, limits.choices) : ok(null)
  return checked.ok && cards && limits.cards ? checkCards(cards, limits.cards) : checked
}
