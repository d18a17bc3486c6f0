/** Bytes of `text` in UTF-8. Instagram's limit counts bytes, not characters. */
export const utf8Bytes = (text: string): number => {
  let bytes = 0
  for (const character of text) {
    const point = character.codePointAt(0) ?? 0
    bytes += point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4
  }
  return bytes
}

const graphemes = (text: string): string[] =>
  [...new Intl.Segmenter(undefined, { granularity: 'grapheme' }).segment(text)].map((s) => s.segment)

/** The pieces between which `text` may be cut: words with the space that follows them; a word that is too long, by grapheme. */
const pieces = (text: string, maxBytes: number): string[] =>
  (text.match(/\S+\s*|\s+/gu) ?? []).flatMap((word) => {
    if (utf8Bytes(word) <= maxBytes) return [word]
    return graphemes(word).flatMap((grapheme) => (utf8Bytes(grapheme) <= maxBytes ? [grapheme] : [...grapheme]))
  })

/**
 * Cuts `text` into parts of at most `maxBytes` UTF-8 bytes, between words where it can and never inside a grapheme that fits.
 * White space at a cut is dropped; a text that fits stays as it is.
 */
export const splitText = (text: string, maxBytes: number): string[] => {
  if (utf8Bytes(text) <= maxBytes) return [text]
  const parts: string[] = []
  let part = ''
  for (const piece of pieces(text, maxBytes)) {
    if (part !== '' && utf8Bytes((part + piece).trimEnd()) > maxBytes) {
      parts.push(part.trimEnd())
      part = ''
    }
    part += part === '' ? piece.trimStart() : piece
  }
  return [...parts, part.trimEnd()].filter((text) => text !== '')
}
