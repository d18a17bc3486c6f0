/** All bodies one behind the other. One parameter of bytes goes over as it is; an array of them would go as text, twice as long. */
export const joinedBytes = (those: readonly { readonly body: Uint8Array }[]): Uint8Array => {
  const bytes = new Uint8Array(those.reduce((sum, { body }) => sum + body.length, 0))
  let at = 0
  for (const { body } of those) {
    bytes.set(body, at)
    at += body.length
  }
  return bytes
}
