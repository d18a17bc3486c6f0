/** By what a message is known where its id is not: its words, and what is attached to it. */
export interface MessageSign {
  readonly text: string | null
  /** The types of what is attached (`image`, `audio` …), in any order. */
  readonly attached: readonly string[]
}

export const isSame = (a: MessageSign, b: MessageSign): boolean => {
  const [left, right] = [a.attached.toSorted(), b.attached.toSorted()]
  return a.text === b.text && left.length === right.length && left.every((type, n) => type === right[n])
}
