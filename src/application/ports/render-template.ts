import type { Variables } from '#domain/message/variables.ts'

/**
 * The text with what its variables stand for. It stays as it is where it is no good template, or would take too much; what stands in
 * backticks always does. What a variable holds is never read as a template itself. Never throws.
 */
export type RenderTemplate = (text: string, variables: Variables) => string
