import { Liquid } from 'liquidjs'
import type { RenderTemplate } from '#application/ports/render-template.ts'

/** Nothing that repeats, reads files or keeps state: a text is as much work as it is long. */
const tags = ['#', 'assign', 'case', 'comment', 'echo', 'if', 'raw', 'unless']

/** Those that do something to a name, a word or a number. */
const filters = [
  ...['abs', 'append', 'at_least', 'at_most', 'capitalize', 'ceil', 'default', 'divided_by', 'downcase', 'first', 'floor', 'join', 'last'],
  ...['lstrip', 'minus', 'modulo', 'plus', 'prepend', 'remove', 'remove_first', 'replace', 'replace_first', 'round', 'rstrip', 'size'],
  ...['slice', 'split', 'strip', 'strip_newlines', 'times', 'truncate', 'truncatewords', 'upcase'],
]

/** Each of them may write out all that a variable holds. */
const mostSigns = 200

/** Characters; as long as a message may be. */
const mostCharacters = 150_000

/** What all values that are made on the way may have together, characters, and the time for one text, ms. */
const limits = { parseLimit: mostCharacters * 2, memoryLimit: 200_000, renderLimit: 500 }

const only = <T>(all: Record<string, T>, names: readonly string[]): void => {
  for (const name of Object.keys(all)) if (!names.includes(name)) delete all[name]
}

const createEngine = (): Liquid => {
  const engine = new Liquid({ ...limits, ownPropertyOnly: true, strictFilters: true, templates: {} })
  only(engine.tags, tags)
  only(engine.filters, filters)
  return engine
}

/** Code is shown as it is written. */
const withoutCode = (text: string): string => text.replaceAll(/`[^`]*`/g, (code) => `{% raw %}${code}{% endraw %}`)

const signsIn = (text: string): number => text.match(/\{\{|\{%/g)?.length ?? 0

/** Whoever ends what protects code would have it read as a template. */
const endsRaw = /\{%-?\s*endraw/

/** Liquid, as Chatwoot's agents write it, of which nothing can take long or get at anything but the variables. */
export const createRenderTemplate = (): RenderTemplate => {
  const engine = createEngine()
  return (text, variables) => {
    if (signsIn(text) > mostSigns || (text.includes('`') && endsRaw.test(text))) return text
    try {
      const rendered: unknown = engine.parseAndRenderSync(withoutCode(text), variables)
      return typeof rendered === 'string' && rendered.length <= mostCharacters ? rendered : text
    } catch {
      return text
    }
  }
}
