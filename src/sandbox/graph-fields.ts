import { refusal } from './errors.ts'

export interface Field {
  name: string
  /** What stands in braces: `messages{id,message}`. */
  inner: string | undefined
}

/** Splits a `fields` parameter at the commas outside of braces. */
export const parseFields = (fields: string | undefined): Field[] =>
  [...(fields ?? '').matchAll(/\s*([\w.]+)(?:\{((?:[^{}]|\{[^{}]*\})*)\})?\s*(?:,|$)/g)].map(([, name = '', inner]) => ({ name, inner }))

/** A node's fields by name; null and undefined ones are left out of the answer, functions get the inner fields. */
export type Node = Record<string, unknown>

/** Only the asked fields, and always `id`. An unknown one refuses the whole call, as Graph does. */
export const select = (node: Node, fields: string | undefined): Node => {
  const selected: Node = {}
  for (const { name, inner } of parseFields(fields)) {
    if (!(name in node)) throw refusal('invalid', `(#100) Tried accessing nonexisting field (${name})`)
    const value = node[name]
    const resolved = typeof value === 'function' ? value(inner) : value
    if (resolved !== null && resolved !== undefined) selected[name] = resolved
  }
  return { ...selected, id: node.id }
}
