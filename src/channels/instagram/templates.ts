import type { OutgoingPart } from '#application/ports/outgoing.ts'
import { type Button, type Card, isBare } from '#domain/message/items.ts'

/** A text, with what may be answered at a touch. */
export const textBody = ({ text, choices }: Extract<OutgoingPart, { readonly kind: 'text' }>) => ({
  text,
  ...(choices && { quick_replies: choices.map(({ title, payload }) => ({ content_type: 'text', title, payload })) }),
})

const buttonBody = (button: Button) =>
  'url' in button
    ? { type: 'web_url', url: button.url, title: button.title }
    : { type: 'postback', payload: button.payload, title: button.title }

const elementOf = ({ title, text, imageUrl, buttons }: Card) => ({
  title,
  ...(text === null ? {} : { subtitle: text }),
  ...(imageUrl === null ? {} : { image_url: imageUrl }),
  ...(buttons.length === 0 ? {} : { buttons: buttons.map(buttonBody) }),
})

/** A text with buttons, or cards side by side (developers.facebook.com, Instagram button and generic templates). */
export const templateOf = (cards: readonly Card[]) => {
  const [card] = cards
  if (card && isBare(cards)) return { template_type: 'button', text: card.title, buttons: card.buttons.map(buttonBody) }
  return { template_type: 'generic', elements: cards.map(elementOf) }
}
