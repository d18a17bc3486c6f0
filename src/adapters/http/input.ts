import type { Context, Input, MiddlewareHandler } from 'hono'
import { validator } from 'hono/validator'
import type * as z from 'zod'
import { type ErrorCode, problem, refusals } from '#adapters/http/errors.ts'
import { readForm, type TakeFile } from '#adapters/http/form-body.ts'
import { readBody } from '#adapters/http/read-body.ts'
import type { RequestEnv } from '#adapters/http/scope.ts'
import { err, ok, type Result } from '#domain/shared/result.ts'

/** Room for the longest message there may be, escaped, and its attributes. */
const maxBodyBytes = 2 * 1024 * 1024

const nouns: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
}

/** What is wrong with a field, to stand behind its name. */
const phrase: z.core.$ZodErrorMap = (issue) => {
  if (issue.input === undefined) return 'is missing'
  if (issue.code === 'invalid_type') return `must be ${nouns[issue.expected] ?? 'an object'}`
  if (issue.code === 'invalid_value') return `must be one of: ${issue.values.join(', ')}`
  if (issue.code === 'too_big') return `may have at most ${issue.maximum} characters`
  if (issue.code === 'too_small') return 'is too short'
  return undefined
}

const parse = <Schema extends z.ZodType>(schema: Schema, value: unknown) => schema.safeParse(value, { error: phrase })

const invalid = (c: Context, { issues }: { readonly issues: readonly z.core.$ZodIssue[] }): Response => {
  const named = issues.map(({ path, message }) => ({ attribute: path.join('.') || 'body', message }))
  const message = named.map(({ attribute, message }) => `${attribute} ${message}`).join('; ')
  const attributes = [...new Set(named.map(({ attribute }) => attribute))]
  return c.json({ error: message, message, attributes, code: 'request.invalid' }, refusals['request.invalid'].status)
}

/** The number of a row in a path; undefined for what cannot be one. */
export const toRowId = (text: string | undefined): number | undefined => {
  const id = /^[1-9]\d{0,15}$/.test(text ?? '') ? Number(text) : 0
  return id >= 1 && id <= Number.MAX_SAFE_INTEGER ? id : undefined
}

/** The path's `:name`, a row's number. Anything else names nothing: 404. */
export const rowId = (name: string) =>
  validator('param', (params: Readonly<Record<string, string>>, c): { readonly rowId: number } | Response => {
    const id = toRowId(params[name])
    return id === undefined ? problem(c, 'resource.unknown') : { rowId: id }
  })

interface QueryInput<Schema extends z.ZodType> extends Input {
  in: { query: Record<string, string> }
  out: { query: z.output<Schema> }
}

/** The query, checked by `schema`: the route finds it as valid `query`. */
export const query =
  <Schema extends z.ZodObject, Path extends string>(schema: Schema): MiddlewareHandler<RequestEnv, Path, QueryInput<Schema>> =>
  async (c, next) => {
    const parsed = parse(schema, c.req.query())
    if (!parsed.success) return invalid(c, parsed.error)
    c.req.addValidatedData('query', parsed.data)
    await next()
    return
  }

/** A form as the object that Rails makes of it: `name[]` is a list. */
const toObject = (form: FormData): Record<string, unknown> => {
  const fields = new Map<string, unknown>()
  for (const name of new Set(form.keys())) {
    const list = name.endsWith('[]')
    fields.set(list ? name.slice(0, -2) : name, list ? form.getAll(name) : form.getAll(name).at(-1))
  }
  return Object.fromEntries(fields)
}

const understand = async (type: string, bytes: Uint8Array<ArrayBuffer>): Promise<Result<unknown, ErrorCode>> => {
  if (bytes.length === 0) return ok({})
  const isJson = /^application\/(?:[\w.-]+\+)?json\b/i.test(type)
  const isForm = /^(?:multipart\/form-data|application\/x-www-form-urlencoded)\b/i.test(type)
  if (!isJson && !isForm) return err('request.unsupported_type')
  try {
    const body = new Response(bytes, { headers: { 'Content-Type': type } })
    return ok(isJson ? await body.json() : toObject(await body.formData()))
  } catch {
    return err('request.malformed')
  }
}

interface BodyRules {
  /** As much as the longest message may have, where absent. */
  readonly maxBytes?: number
  /** A look at what came whole, before the schema's. */
  readonly refuse?: (body: unknown) => ErrorCode | undefined
  /** Stores the files of a form, which stand in a list under `filesOf`. */
  readonly takeFile?: (c: Context, ...part: Parameters<TakeFile>) => ReturnType<TakeFile>
  /** `attachments` where absent. */
  readonly filesOf?: string
}

/** What came, whatever its form. */
const readInput = async (
  c: Context,
  { maxBytes = maxBodyBytes, refuse, takeFile, filesOf = 'attachments' }: BodyRules,
): Promise<Result<unknown, Response | ErrorCode>> => {
  const type = c.req.header('content-type') ?? ''
  if (takeFile && /^multipart\/form-data\b/i.test(type)) {
    return readForm(c.req.raw, { takeFile: (part) => takeFile(c, part), filesOf, maxTextBytes: maxBytes })
  }
  const bytes = await readBody(c.req.raw, maxBytes)
  if (!bytes.ok) return err(bytes.error === 'too_large' ? 'request.too_large' : 'request.unreadable')
  const read = await understand(type, bytes.value)
  const refused = read.ok ? refuse?.(read.value) : undefined
  return refused ? err(refused) : read
}

interface BodyInput<Schema extends z.ZodType> extends Input {
  in: { json: z.input<Schema> }
  out: { json: z.output<Schema> }
}

/** The body, JSON or a form, checked by `schema`: the route finds it as valid `json`. */
export const body =
  <Schema extends z.ZodObject, Path extends string>(
    schema: Schema,
    rules: BodyRules = {},
  ): MiddlewareHandler<RequestEnv, Path, BodyInput<Schema>> =>
  async (c, next) => {
    const read = await readInput(c, rules)
    if (!read.ok) return typeof read.error === 'string' ? problem(c, read.error) : read.error
    const parsed = parse(schema, read.value)
    if (!parsed.success) return invalid(c, parsed.error)
    c.req.addValidatedData('json', parsed.data)
    await next()
    return
  }
