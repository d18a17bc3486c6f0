import { isErrorCode, isSecretName, maskText, redacted } from '#adapters/system/mask.ts'

const maxDepth = 8
const maxEntries = 50
/** What one line may cost, in characters and values. */
const maxCost = 20_000

interface Walk {
  readonly stacks: boolean
  /** The objects that we are inside of. */
  readonly path: Set<object>
  left: number
}

const unreadable = '[unreadable]'

/** A property whose getter throws is a fact to report, not a reason to fail. */
const read = (object: object, key: string): unknown => {
  try {
    return Reflect.get(object, key)
  } catch {
    return unreadable
  }
}

const asText = (text: string, walk: Walk): string => {
  if (walk.left <= 0) return '[cut]'
  const masked = maskText(text)
  walk.left -= masked.length
  return masked
}

const isError = (value: object): boolean => value instanceof Error || Object.prototype.toString.call(value) === '[object Error]'

const fromError = (error: object, walk: Walk): Record<string, unknown> => {
  const text = (key: string): string | undefined => {
    const value = read(error, key)
    return typeof value === 'string' ? asText(value, walk) : undefined
  }
  const code = read(error, 'code')
  const cause = read(error, 'cause')
  const errors = read(error, 'errors')
  return {
    name: text('name') ?? 'Error',
    message: text('message') ?? '',
    ...(((typeof code === 'string' && /^[\w.-]{1,40}$/.test(code)) || typeof code === 'number') && { code }),
    ...(walk.stacks && { stack: text('stack') }),
    ...(cause !== undefined && { cause: clean(cause, walk) }),
    ...(Array.isArray(errors) && { errors: clean(errors, walk) }),
  }
}

const fromList = (items: readonly unknown[], walk: Walk): unknown[] => {
  const shown = items.slice(0, maxEntries).map((item) => clean(item, walk))
  return items.length > maxEntries ? [...shown, `[${items.length - maxEntries} more]`] : shown
}

/** That there is none, or whether there is one, is no secret. */
const isHidden = (name: string, value: unknown): boolean =>
  isSecretName(name) && value !== undefined && value !== null && typeof value !== 'boolean' && !isErrorCode(name, value)

const fromEntries = (keys: readonly string[], lookUp: (key: string) => unknown, walk: Walk): Record<string, unknown> => {
  const entries = keys.slice(0, maxEntries).map((key): [string, unknown] => {
    const value = lookUp(key)
    return [maskText(key, 100), isHidden(key, value) ? redacted : clean(value, walk)]
  })
  // fromEntries defines properties: a key `__proto__` stays a key.
  return Object.fromEntries(keys.length > maxEntries ? [...entries, ['…', `${keys.length - maxEntries} more`]] : entries)
}

const fromPairs = (pairs: Iterable<readonly [unknown, unknown]>, walk: Walk): Record<string, unknown> => {
  const values = new Map(Array.from(pairs, ([key, value]) => [String(key), value]))
  return fromEntries([...values.keys()], (key) => values.get(key), walk)
}

const fromObject = (value: object, walk: Walk): unknown => {
  if (isError(value)) return fromError(value, walk)
  if (Array.isArray(value)) return fromList(value, walk)
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? '[invalid date]' : value.toISOString()
  if (value instanceof URL) return asText(value.href, walk)
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return `[${value.byteLength} bytes]`
  if (value instanceof Set) return fromList([...value], walk)
  if (value instanceof Map || value instanceof Headers || value instanceof URLSearchParams) return fromPairs(value, walk)
  return fromEntries(Object.keys(value), (key) => read(value, key), walk)
}

const enter = (value: object, walk: Walk): unknown => {
  if (walk.path.has(value)) return '[circular]'
  if (walk.path.size >= maxDepth) return '[deep]'
  walk.path.add(value)
  try {
    return fromObject(value, walk)
  } catch {
    return unreadable
  } finally {
    walk.path.delete(value)
  }
}

const clean = (value: unknown, walk: Walk): unknown => {
  walk.left -= 10
  if (typeof value === 'string') return asText(value, walk)
  if (typeof value === 'object' && value !== null) return walk.left <= 0 ? '[cut]' : enter(value, walk)
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value)
  if (typeof value === 'bigint') return String(value)
  if (typeof value === 'function' || typeof value === 'symbol') return `[${typeof value}]`
  return value
}

/**
 * A copy that is safe to print: plain JSON values, bounded in depth and size, without secrets and without what people wrote.
 * Total: cycles, throwing getters, BigInt and strange objects become words in brackets.
 */
export const redact = (value: unknown, { stacks }: { readonly stacks: boolean }): unknown =>
  clean(value, { stacks, path: new Set(), left: maxCost })
