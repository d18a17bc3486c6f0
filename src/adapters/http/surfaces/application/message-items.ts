import * as z from 'zod'
import { or, webUrl } from '#adapters/http/schemas.ts'
import type { JsonObject } from '#application/ports/queries.ts'
import type { Button, Items } from '#domain/message/items.ts'

/** Those of Chatwoot's that go out. */
export const contentTypes = ['text', 'input_select', 'cards', 'sticker'] as const

interface Input {
  readonly content_type: (typeof contentTypes)[number]
  readonly content_attributes: JsonObject
}

const words = z.string().trim().min(1)
const longest = 'may have at most 1000 characters'

const choices = z.array(z.object({ title: words, value: z.string().max(1000, longest) })).min(1)

const action = z
  .object({
    text: words,
    type: z.enum(['link', 'postback']),
    uri: or(webUrl, undefined),
    payload: or(z.string().max(1000, longest), undefined),
  })
  .refine(({ type, uri, payload }) => (type === 'link' ? uri : payload) !== undefined, 'needs a uri, or for a postback a payload')

const cards = z
  .array(
    z.object({
      title: words,
      description: or(z.string(), null),
      media_url: or(webUrl, null),
      actions: z.array(action).min(1),
    }),
  )
  .min(1)

/** What is wrong with the items of a message. */
export const itemIssues = ({ content_type, content_attributes: { items } }: Input): readonly z.core.$ZodIssue[] => {
  const schema = content_type === 'input_select' ? choices : content_type === 'cards' ? cards : undefined
  return schema?.safeParse(items).error?.issues ?? []
}

const buttonOf = ({ text, type, uri = '', payload = '' }: z.output<typeof action>): Button =>
  type === 'link' ? { title: text, url: uri } : { title: text, payload }

/** What a message has beside text and files; `itemIssues` found nothing wrong with it. */
export const itemsOf = ({ content_type, content_attributes: { items } }: Input): Items => {
  if (content_type === 'sticker') return { isSticker: true }
  if (content_type === 'input_select') return { choices: choices.parse(items).map(({ title, value }) => ({ title, payload: value })) }
  if (content_type === 'text') return {}
  const shown = cards.parse(items).map(({ title, description, media_url, actions }) => {
    return { title, text: description, imageUrl: media_url, buttons: actions.map(buttonOf) }
  })
  return { cards: shown }
}
