/** What comes, as long as that is no more than `most` bytes: with the chunk that is too much `tooMuch` is thrown. */
export async function* upTo(
  most: number,
  content: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  tooMuch: () => Error,
): AsyncGenerator<Uint8Array> {
  let size = 0
  for await (const chunk of content) {
    size += chunk.byteLength
    if (size > most) throw tooMuch()
    yield chunk
  }
}
