import { chunksOf, Enough, mostDrained, Unreadable } from '#adapters/http/body-chunks.ts'
import type { ErrorCode } from '#adapters/http/errors.ts'
import { BrokenForm, boundaryOf, type FormPart, readMultipart } from '#adapters/http/multipart.ts'
import { err, ok, type Result } from '#domain/shared/result.ts'

/** Stores a file as it comes; answers what stands for it in the form, or why it is refused. */
export type TakeFile = (part: FormPart & { readonly fileName: string }) => Promise<Result<unknown, Response>>

/** No request has so many fields, or is so large with all the files that it may have. */
const mostParts = 500
const mostBytes = 640 * 1024 * 1024

const textOf = async ({ content }: FormPart, room: number): Promise<string | undefined> => {
  const decoder = new TextDecoder()
  let [text, size] = ['', 0]
  for await (const chunk of content) {
    size += chunk.length
    if (size > room) return undefined
    text += decoder.decode(chunk, { stream: true })
  }
  return text + decoder.decode()
}

interface Rules {
  readonly takeFile: TakeFile
  /** The field whose files are taken; those of other fields are passed over. */
  readonly filesOf: string
  /** Bytes of all texts together. */
  readonly maxTextBytes: number
}

/** A form as the object that Rails makes of it: `name[]` is a list. */
const createFields = () => {
  const fields = new Map<string, unknown>()
  return {
    put(name: string, value: unknown): void {
      if (!name.endsWith('[]')) return void fields.set(name, value)
      const key = name.slice(0, -2)
      const list = fields.get(key)
      fields.set(key, Array.isArray(list) ? [...list, value] : [value])
    },
    object: (): Record<string, unknown> => Object.fromEntries(fields),
  }
}

const isEmptyFileField = ({ fileName }: FormPart): boolean => fileName === ''

/** A form whose files are stored while it is read, so that none is ever whole in memory. */
export const readForm = async (request: Request, rules: Rules): Promise<Result<unknown, Response | ErrorCode>> => {
  const boundary = boundaryOf(request.headers.get('content-type') ?? '')
  if (boundary === undefined || !request.body) return err('request.malformed')
  const fields = createFields()
  let refusal: Response | ErrorCode | undefined
  let room = rules.maxTextBytes
  const isForFiles = (name: string): boolean => name.replace(/\[\d*\]$/, '') === rules.filesOf
  const take = async (part: FormPart): Promise<void> => {
    const { name, fileName } = part
    if (fileName === undefined) {
      const text = await textOf(part, room)
      if (text === undefined) refusal = 'request.too_large'
      else room -= new TextEncoder().encode(text).length
      return fields.put(isForFiles(name) ? `${rules.filesOf}[]` : name, text ?? '')
    }
    if (!isForFiles(name) || isEmptyFileField(part)) return
    const taken = await rules.takeFile({ ...part, fileName })
    if (taken.ok) fields.put(`${rules.filesOf}[]`, taken.value)
    else refusal = taken.error
  }
  try {
    const isEnough = (read: number): boolean => read > (refusal === undefined ? mostBytes : mostDrained)
    let count = 0
    for await (const part of readMultipart(chunksOf(request.body, isEnough), boundary)) {
      count += 1
      if (count > mostParts) refusal ??= 'request.too_large'
      if (refusal === undefined) await take(part)
    }
  } catch (error) {
    if (error instanceof BrokenForm) refusal ??= 'request.malformed'
    else if (error instanceof Unreadable) refusal ??= 'request.unreadable'
    else if (error instanceof Enough) refusal ??= 'request.too_large'
    else throw error
  }
  return refusal === undefined ? ok(fields.object()) : err(refusal)
}
