import { isObject, type Json } from './json.ts'

/** Reading the JSON of the control API: what is not understood is refused with a sentence, never ignored. */

export class ControlError extends Error {
  readonly status: number
  readonly code: string

  constructor(status: number, code: string, message: string) {
    super(message)
    this.status = status
    this.code = code
  }
}

export interface Check<T> {
  /** Completes "has to be …". */
  readonly what: string
  readonly is: (value: unknown) => value is T
}

export const text: Check<string> = { what: 'a text', is: (value) => typeof value === 'string' }
export const flag: Check<boolean> = { what: 'true or false', is: (value) => typeof value === 'boolean' }
/** A whole number within these bounds, both included. */
export const whole = (min: number, max = Number.MAX_SAFE_INTEGER): Check<number> => ({
  what: `a whole number from ${min}${max === Number.MAX_SAFE_INTEGER ? '' : ` to ${max}`}`,
  is: (value): value is number => typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max,
})
export const count = whole(0)
export const share: Check<number> = {
  what: 'a number from 0 to 1',
  is: (value): value is number => typeof value === 'number' && value >= 0 && value <= 1,
}
export const record: Check<Json> = { what: 'an object', is: isObject }
export const anything: Check<unknown> = { what: 'anything', is: (_value): _value is unknown => true }

export const oneOf = <const T extends readonly unknown[]>(...values: T): Check<T[number]> => ({
  what: `one of ${values.join(', ')}`,
  is: (value): value is T[number] => values.includes(value),
})
export const orNull = <T>(check: Check<T>): Check<T | null> => ({
  what: `${check.what} or null`,
  is: (value): value is T | null => value === null || check.is(value),
})
export const either = <A, B>(a: Check<A>, b: Check<B>): Check<A | B> => ({
  what: `${a.what} or ${b.what}`,
  is: (value): value is A | B => a.is(value) || b.is(value),
})
export const listOf = <T>(check: Check<T>): Check<T[]> => ({
  what: `a list of which each is ${check.what}`,
  is: (value): value is T[] => Array.isArray(value) && value.every(check.is),
})

/** An object that has no other keys; `?` at the end of a name marks it optional. */
type Shape = Record<string, Check<unknown>>
export type Shaped<S extends Shape> = { [K in keyof S as K extends `${infer N}?` ? N : never]?: Checked<S[K]> } & {
  [K in keyof S as K extends `${string}?` ? never : K]: Checked<S[K]>
}
type Checked<C> = C extends Check<infer T> ? T : never

export const shape = <const S extends Shape>(checks: S): Check<Shaped<S>> => ({
  what: `an object with ${Object.keys(checks).join(', ')}`,
  is: (value): value is Shaped<S> => faultOf(value, checks) === undefined,
})

/** What is wrong with the value, as a sentence. */
const faultOf = (value: unknown, checks: Shape): string | undefined => {
  if (!isObject(value)) return 'The body has to be a JSON object'
  for (const [key, check] of Object.entries(checks)) {
    const name = key.replace(/\?$/, '')
    if (value[name] === undefined && key.endsWith('?')) continue
    if (!check.is(value[name])) return `${name} has to be ${check.what}`
  }
  const unknown = Object.keys(value).find((key) => !(key in checks) && !(`${key}?` in checks))
  return unknown === undefined ? undefined : `${unknown} is not known here; known: ${Object.keys(checks).join(', ')}`
}

export const parse = <const S extends Shape>(value: unknown, checks: S): Shaped<S> => {
  const check = shape(checks)
  if (check.is(value)) return value
  throw new ControlError(422, 'input.invalid', faultOf(value, checks) ?? check.what)
}
