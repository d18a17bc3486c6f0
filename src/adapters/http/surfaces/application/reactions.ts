import { type Context, Hono } from 'hono'
import * as z from 'zod'
import type { MemberEnv } from '#adapters/http/auth.ts'
import { problem } from '#adapters/http/errors.ts'
import { body, rowId, toRowId } from '#adapters/http/input.ts'
import { writtenMessage } from '#adapters/http/surfaces/application/written-message.ts'

const segmenter = new Intl.Segmenter(undefined, { granularity: 'grapheme' })

/** One sign, and a pictorial one. */
const isEmoji = (text: string): boolean =>
  [...segmenter.segment(text)].length === 1 && /\p{Extended_Pictographic}|\p{Regional_Indicator}|\u20e3/u.test(text)

const reaction = z.object({ emoji: z.string().max(64).refine(isEmoji, 'must be one emoji') })

/** The business's reaction to a message. */
const react = async (c: Context<MemberEnv>, displayId: number, emoji: string | null): Promise<Response> => {
  const messageId = toRowId(c.req.param('message_id'))
  if (messageId === undefined) return problem(c, 'resource.unknown')
  const { accountId } = c.var.member
  const done = await c.var.scope.useCases.reactToMessage({ accountId, displayId, messageId, emoji })
  if (done.ok) return c.json(await writtenMessage(c, done.value))
  const { error } = done
  return problem(c, error.code, error.code === 'reaction.refused' ? error.message : undefined)
}

export const reactions = new Hono<MemberEnv>()
  .post('/', rowId('display_id'), body(reaction), (c) => react(c, c.req.valid('param').rowId, c.req.valid('json').emoji))
  .delete('/', rowId('display_id'), (c) => react(c, c.req.valid('param').rowId, null))
