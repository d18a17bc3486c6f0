import type { Source } from './sources.ts'

export interface Measured {
  readonly place: string
  /** From its first to its last line, without the functions of several lines inside it. */
  readonly lines: number
}

/** Does the block that opens after `before` belong to a function? By the way in which this code is formatted. */
const opensFunction = (before: string): boolean => {
  if (/=>\s*$/.test(before)) return true
  const line = before.slice(before.lastIndexOf('\n') + 1)
  return /\)\s*(?::[^=]*)?$/.test(line) && !/^\s*(?:\} )?(?:if|else|for|while|switch|catch|do|try|with)\b/.test(line)
}

interface Block {
  readonly isFunction: boolean
  readonly line: number
  inner: number
}

export const functionsOf = ({ path, code }: Source): Measured[] => {
  const measured: Measured[] = []
  const open: Block[] = []
  let line = 1
  for (let at = 0; at < code.length; at++) {
    if (code[at] === '\n') line++
    if (code[at] === '{') open.push({ isFunction: opensFunction(code.slice(Math.max(0, at - 300), at)), line, inner: 0 })
    const block = code[at] === '}' ? open.pop() : undefined
    if (!block?.isFunction) continue
    const span = line - block.line
    measured.push({ place: `${path}:${block.line}`, lines: span + 1 - block.inner })
    const around = open.findLast(({ isFunction }) => isFunction)
    if (around) around.inner += span
  }
  return measured
}
