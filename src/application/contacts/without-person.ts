/**
 * JSON text without the parts that are about one person, and otherwise as it was, letter for letter. Of each list those elements go
 * that name the person by their id outside of any list inside them; a list of which nothing is left takes what it stands in along.
 * Undefined where nothing is left, or where the text is no JSON.
 */
export const withoutPerson = (text: string, id: string): string | undefined => {
  const cuts: Span[] = []
  try {
    const end = skipSpace(text, 0)
    const whole = readValue({ text, id, cuts }, end)
    if (whole.about || skipSpace(text, whole.end) !== text.length) return undefined
  } catch (error) {
    if (error instanceof Unreadable || error instanceof RangeError) return undefined
    throw error
  }
  return cut(text, cuts)
}

interface Span {
  readonly start: number
  readonly end: number
}

interface Reading {
  readonly text: string
  readonly id: string
  readonly cuts: Span[]
}

interface Value {
  readonly end: number
  /** It names the person, or held nothing but what is about them. */
  readonly about: boolean
}

class Unreadable extends Error {
  override readonly name = 'Unreadable'
}

const space = /[ \t\n\r]*/y
const token = /"(?:[^"\\]|\\.)*"|-?[0-9][0-9.eE+-]*|true|false|null/sy

const skipSpace = (text: string, at: number): number => {
  space.lastIndex = at
  space.test(text)
  return space.lastIndex
}

const expectOne = (text: string, at: number, characters: string): string => {
  const found = text[at]
  if (found === undefined || !characters.includes(found)) throw new Unreadable()
  return found
}

const readToken = ({ text, id }: Reading, at: number): Value => {
  token.lastIndex = at
  const [found] = token.exec(text) ?? []
  if (found === undefined) throw new Unreadable()
  return { end: at + found.length, about: found === id || (found.startsWith('"') && unquoted(found) === id) }
}

const unquoted = (quoted: string): unknown => {
  try {
    return JSON.parse(quoted)
  } catch {
    throw new Unreadable()
  }
}

const readObject = (reading: Reading, start: number): Value => {
  const { text } = reading
  let at = skipSpace(text, start + 1)
  let about = false
  if (text[at] === '}') return { end: at + 1, about }
  for (;;) {
    const key = readToken(reading, at)
    at = skipSpace(text, key.end)
    expectOne(text, at, ':')
    const value = readValue(reading, skipSpace(text, at + 1))
    about ||= key.about || value.about
    at = skipSpace(text, value.end)
    if (expectOne(text, at, ',}') === '}') return { end: at + 1, about }
    at = skipSpace(text, at + 1)
  }
}

const readList = (reading: Reading, start: number): Value => {
  const { text, cuts } = reading
  const elements: (Span & Pick<Value, 'about'>)[] = []
  let at = skipSpace(text, start + 1)
  if (text[at] === ']') return { end: at + 1, about: false }
  for (;;) {
    const mark = cuts.length
    const value = readValue(reading, at)
    // What goes as a whole needs no cuts inside.
    if (value.about) cuts.length = mark
    elements.push({ start: at, end: value.end, about: value.about })
    at = skipSpace(text, value.end)
    if (expectOne(text, at, ',]') === ']') break
    at = skipSpace(text, at + 1)
  }
  const end = at + 1
  if (elements.every(({ about }) => about)) return { end, about: true }
  elements.forEach((element, n) => {
    if (element.about) cuts.push(withComma(elements, n))
  })
  return { end, about: false }
}

/** With the comma behind it; with the one before it where only such elements follow. */
const withComma = (elements: readonly (Span & Pick<Value, 'about'>)[], n: number): Span => {
  const { start, end } = elements[n] ?? { start: 0, end: 0 }
  const stays = elements.slice(n + 1).some(({ about }) => !about)
  return stays ? { start, end: elements[n + 1]?.start ?? end } : { start: elements[n - 1]?.end ?? start, end }
}

const readValue = (reading: Reading, at: number): Value => {
  if (reading.text[at] === '{') return readObject(reading, at)
  return reading.text[at] === '[' ? readList(reading, at) : readToken(reading, at)
}

const cut = (text: string, cuts: readonly Span[]): string => {
  let at = 0
  let kept = ''
  for (const { start, end } of [...cuts].sort((a, b) => a.start - b.start)) {
    kept += text.slice(at, start)
    at = end
  }
  return kept + text.slice(at)
}
