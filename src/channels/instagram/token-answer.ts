import * as z from 'zod'

/** A list with commas, or an array. */
export const permissions = z
  .union([z.string().transform((list) => list.split(/[\s,]+/)), z.array(z.string())])
  .transform((list) => list.filter((scope) => scope !== ''))
  .optional()

const unwrapped = (answer: unknown): unknown =>
  typeof answer === 'object' && answer !== null && 'data' in answer && Array.isArray(answer.data) ? answer.data[0] : answer

/** What Meta documents as `{data: [{…}]}` and answers flat, or the other way round: either. */
export const eitherShape = <Shape extends z.ZodObject>(shape: Shape) => z.preprocess(unwrapped, shape)

/** A token that lives about 60 days; `expires_in` is in seconds. */
export const longLivedAnswer = eitherShape(
  z.object({ access_token: z.string().min(1), expires_in: z.coerce.number().positive(), permissions }),
)
