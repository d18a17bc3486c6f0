import type pg from 'pg'

/** Texts beyond so many are not prepared: those put together from lists of any length would fill every connection's memory. */
const mostNames = 500

/**
 * Makes connections parse and plan a statement once and then know it by name: the large ones of the intake take PostgreSQL longer
 * to plan than to run. Only for what is asked with a text and values, as Kysely does. Call the answer once per connection.
 */
export const createPreparing = () => {
  const names = new Map<string, string>()
  const nameOf = (text: string): string | undefined => {
    if (!names.has(text) && names.size < mostNames) names.set(text, `dovecote_${names.size}`)
    return names.get(text)
  }
  return (client: pg.ClientBase): void => {
    const query: (...given: readonly unknown[]) => unknown = client.query.bind(client)
    Object.assign(client, {
      query: (text: unknown, values: unknown, ...rest: readonly unknown[]) =>
        typeof text === 'string' && Array.isArray(values) && values.length > 0
          ? query({ name: nameOf(text), text, values }, ...rest)
          : query(text, values, ...rest),
    })
  }
}
