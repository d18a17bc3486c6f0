const token = {
  comment: /\/\/[^\n]*|\/\*[\s\S]*?\*\//y,
  text: /'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"/y,
  regex: /\/(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n[])+\/[a-z]*/y,
  /** From a backtick, or from the end of a `${…}`, to the next of them. */
  template: /[`}](?:\\[\s\S]|\$(?!\{)|[^`\\$])*(?:`|\$\{)/y,
}

/** What stands before a regular expression and never before a division. */
const beforeRegex = /(?:^|[([{,;=:!&|?+]|=>|\breturn|\btypeof)\s*$/

const emptied = (part: string): string => part.replaceAll(/[^\n]/g, ' ')

const matchAt = (pattern: RegExp, text: string, at: number): string | undefined => {
  pattern.lastIndex = at
  return pattern.exec(text)?.[0]
}

/**
 * TypeScript with spaces for its comments and, with `all`, for what its texts, templates and regular expressions say; everything
 * else stays where it was. Close enough for looking at our own code, no parser.
 */
export const blank = (text: string, what: 'comments' | 'all'): string => {
  const hidden = (part: string): string => (what === 'all' ? emptied(part) : part)
  let code = ''
  /** For each open `${`, how many braces were open around it. */
  const templates: number[] = []
  let braces = 0
  while (code.length < text.length) {
    const at = code.length
    const character = text[at] ?? ''
    const inTemplate = character === '}' && templates.at(-1) === braces
    const comment = matchAt(token.comment, text, at)
    if (comment !== undefined) {
      code += emptied(comment)
    } else if (character === '`' || inTemplate) {
      const part = matchAt(token.template, text, at) ?? character
      if (inTemplate) templates.pop()
      if (part.endsWith('${')) templates.push(braces)
      code += hidden(part)
    } else if (character === '/' && beforeRegex.test(code.slice(-40))) {
      code += hidden(matchAt(token.regex, text, at) ?? character)
    } else {
      if (character === '{') braces++
      if (character === '}') braces--
      code += hiddenText(text, at, hidden) ?? character
    }
  }
  return code
}

const hiddenText = (text: string, at: number, hidden: (part: string) => string): string | undefined => {
  const part = matchAt(token.text, text, at)
  return part === undefined ? undefined : hidden(part)
}
