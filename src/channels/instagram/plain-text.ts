import { Lexer, type Token, type Tokens } from 'marked'

/** None of these: nothing to do. */
const mayBeMarkdown = /[*_~`#>[\\<]/

/** A longer text is not one that a person formatted, and parsing takes more than its share. */
const longest = 10_000

/** Nor is one with quotes in quotes in quotes, which would be parsed until the stack ends. */
const tooDeep = /^(?:[ \t]*(?:>|[*+-]|\d{1,9}[.)])){20}/m

const isWordEnd = (text: string): boolean => /[\p{L}\p{N}]$/u.test(text)
const isWordStart = (text: string): boolean => /^[\p{L}\p{N}]/u.test(text)

const lineBreaks = (raw: string): string => /\n*$/.exec(raw)?.[0] ?? ''

/** A link that shows as itself stays alone; of any other the words stand before the address. */
const linkText = (shown: string, href: string, title: string | null | undefined): string => {
  const words = [shown, title ?? ''].filter((text) => text !== '').join(' ')
  const isItself = href === shown || href === `mailto:${shown}` || href === `http://${shown}`
  return words === '' || (isItself && !title) ? (isItself ? shown : href) : `${words}: ${href}`
}

type Neighbours = { readonly before: string; readonly after: string }

/** Emphasis inside a word is no emphasis: `2*3*4`. */
const emphasised = ({ raw, tokens = [] }: Tokens.Generic, { before, after }: Neighbours): string =>
  isWordEnd(before) && isWordStart(after) ? raw : inline(tokens)

const inlineToken = (token: Token, neighbours: Neighbours): string => {
  const { type, raw } = token
  if (type === 'strong' || type === 'em') return emphasised(token, neighbours)
  if (type === 'del') return raw.startsWith('~~') ? emphasised(token, neighbours) : raw
  if (type === 'codespan' || type === 'escape') return token.text
  if (type === 'br') return '\n'
  if (type === 'link') return raw === token.text ? raw : linkText(inline(token.tokens ?? []), token.href, token.title)
  if (type === 'image') return linkText(token.text, token.href, token.title)
  return type === 'text' && token.tokens ? inline(token.tokens) : raw
}

const inline = (tokens: readonly Token[]): string =>
  tokens.map((token, n) => inlineToken(token, { before: tokens[n - 1]?.raw ?? '', after: tokens[n + 1]?.raw ?? '' })).join('')

/** As it stands, but for its signs; further lines stay under the first. */
const itemText = ({ raw, tokens }: Tokens.ListItem): string => {
  const marker = /^[ \t]*(?:[*+-]|\d+[.)])[ \t]*(?:\[[ xX]\][ \t]+)?/.exec(raw)?.[0] ?? ''
  const indent = ' '.repeat(/^[ \t]*\S+[ \t]?/.exec(marker)?.[0].length ?? 0)
  const [first = '', ...rest] = blocks(tokens.filter(({ type }) => type !== 'checkbox'))
    .trimEnd()
    .split('\n')
  const lines = [marker.replace('*', '-') + first, ...rest.map((line) => (line === '' ? '' : indent + line))]
  return lines.join('\n') + lineBreaks(raw)
}

const blockToken = (token: Token): string => {
  const { type, raw } = token
  switch (type) {
    case 'paragraph':
      return inline(token.tokens ?? []).trimEnd() + lineBreaks(raw)
    case 'heading':
      // One that is underlined is a line of strokes to whoever wrote it.
      return raw.trimStart().startsWith('#') ? inline(token.tokens ?? []) + lineBreaks(raw) : raw
    case 'blockquote':
      return blocks(token.tokens ?? []).trimEnd() + lineBreaks(raw)
    case 'code':
      return token.codeBlockStyle === 'indented' ? raw : [token.lang, token.text].filter(Boolean).join('\n') + lineBreaks(raw)
    case 'list':
      return (token as Tokens.List).items.map(itemText).join('').trimEnd() + lineBreaks(raw)
    case 'text':
      return token.tokens ? inline(token.tokens) + lineBreaks(raw) : raw
    default:
      return raw
  }
}

const blocks = (tokens: readonly Token[]): string => tokens.map(blockToken).join('')

/**
 * What Instagram shows of markdown as agents write it. It knows no formatting, so the signs go and every word stays; a text without
 * markdown stays as it is, to the last space.
 */
export const plainText = (text: string): string => {
  if (!mayBeMarkdown.test(text) || text.length > longest || tooDeep.test(text)) return text
  const plain = blocks(new Lexer({ gfm: true }).lex(text))
  return plain.trim() === '' ? text : plain
}
