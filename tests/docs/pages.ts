import { existsSync, globSync, readFileSync } from 'node:fs'
import { posix } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('../..', import.meta.url))

export const readText = (path: string): string => readFileSync(root + path, 'utf8')
export const exists = (path: string): boolean => existsSync(root + path)

export interface Page {
  readonly path: string
  readonly text: string
  /** What stands between backticks, outside of blocks. */
  readonly spans: readonly string[]
  readonly blocks: readonly { readonly language: string; readonly text: string }[]
  /** Everything that is written as code: spans and blocks. */
  readonly code: string
  readonly links: readonly string[]
}

const fence = /^ *```(\w*)\n([\s\S]*?)^ *```$/gm

const read = (path: string): Page => {
  const text = readText(path)
  const blocks = [...text.matchAll(fence)].map(([, language = '', block = '']) => ({ language, text: block }))
  const prose = text.replaceAll(fence, '')
  const spans = [...prose.matchAll(/`([^`\n]+)`/g)].map(([, span = '']) => span)
  const links = [...prose.replaceAll(/`[^`\n]*`/g, '').matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = '']) => link)
  return { path, text, spans, blocks, code: [...spans, ...blocks.map((block) => block.text)].join('\n'), links }
}

/** What `npm run bench` writes. */
const generated = ['docs/benchmarks.md']

/** What people read about Dovecote. The simulated Instagram's own page has its own test. */
export const pages: readonly Page[] = ['README.md', 'CHANGELOG.md', ...globSync('docs/**/*.md', { cwd: root })]
  .map((path) => path.replaceAll('\\', '/'))
  .filter((path) => !generated.includes(path))
  .sort()
  .map(read)

export const page = (path: string): Page => {
  const found = pages.find((each) => each.path === path)
  if (!found) throw new Error(`There is no page ${path}.`)
  return found
}

export interface Found {
  readonly where: string
  readonly what: string
}

/** What `pattern` captures in everything that is written as code. */
export const inCode = (pattern: RegExp): Found[] =>
  pages.flatMap(({ path, code }) => [...code.matchAll(pattern)].map((match) => ({ where: path, what: match[1] ?? match[0] })))

/** The rows of the tables whose first cell is code: each cell without backticks and the mark of what has no effect yet. */
export const rowsAfter = (text: string, heading: string): string[][] => {
  const rows: string[][] = []
  let seen = false
  for (const line of text.slice(text.indexOf(`${heading}\n`)).split('\n')) {
    if (seen && !line.startsWith('|')) break
    if (!line.startsWith('| `')) continue
    seen = true
    rows.push(
      line
        .slice(1, -1)
        .split(/(?<!\\)\|/)
        .map((cell) => cell.replaceAll('`', '').trim()),
    )
  }
  return rows
}

/** The paths in a tree drawn with lines, from the root. */
export const pathsInTree = (tree: string): string[] => {
  const above: string[] = []
  return tree.split('\n').flatMap((line) => {
    const [, indent = '', name] = /^((?:│ {3}| {4})*)[├└]── (\S+)/.exec(line) ?? []
    if (name === undefined) return []
    above.length = indent.length / 4
    above.push(name.replace(/\/$/, ''))
    return [above.join('/')]
  })
}

const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s-]/gu, '')
    .trim()
    .replaceAll(' ', '-')

/** Does a link of a page lead somewhere? Addresses outside are not looked at. */
export const leadsSomewhere = (from: string, link: string): boolean => {
  if (/^https?:/.test(link)) return true
  const [file = '', anchor] = link.split('#')
  const target = file === '' ? from : posix.join(posix.dirname(from), file)
  if (!exists(target)) return false
  const headings = anchor === undefined ? [] : [...readText(target).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => anchorOf(heading))
  return anchor === undefined || headings.includes(anchor)
}
