import { randomUUID } from 'node:crypto'
import { closeSync, fsyncSync, linkSync, mkdirSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'

const isCode = (error: unknown, code: string): boolean => error instanceof Error && 'code' in error && error.code === code

/** The secret, or undefined where there is no such file. An empty file is a loss that only a person can judge. */
const readSecret = (path: string): string | undefined => {
  try {
    const value = readFileSync(path, 'utf8').trim()
    if (value !== '') return value
  } catch (cause) {
    if (isCode(cause, 'ENOENT')) return undefined
    throw new Error(`The secret file ${path} cannot be read; let this user read it, or move it away to have a new one made.`, { cause })
  }
  throw new Error(`The secret file ${path} is empty; put its content back, or delete it to have a new one made.`)
}

const writeDurably = (path: string, text: string): void => {
  const file = openSync(path, 'wx', 0o600)
  try {
    writeSync(file, text)
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}

/** Makes the directory entry itself survive a power cut, where the system can. */
const syncFolder = (dir: string): void => {
  try {
    const folder = openSync(dir, 'r')
    fsyncSync(folder)
    closeSync(folder)
  } catch {
    // Windows cannot open a folder; there the entry is as durable as the file system makes it.
  }
}

/** True where this call put the file there. By hard link: exclusive, and the file is complete at once. */
const createExclusively = (dir: string, path: string, text: string): boolean => {
  const draft = join(dir, `.secret-draft-${randomUUID()}`)
  try {
    mkdirSync(dir, { recursive: true, mode: 0o700 })
    writeDurably(draft, text)
    linkSync(draft, path)
    syncFolder(dir)
    return true
  } catch (cause) {
    if (isCode(cause, 'EEXIST')) return false
    throw new Error(`The secret file ${path} cannot be written; let this user write to ${dir}, or set DATA_DIR to another folder.`, {
      cause,
    })
  } finally {
    rmSync(draft, { force: true })
  }
}

/**
 * The secret kept in `dir/name`, made and stored there (mode 0600) when it is missing. Of several processes that find it missing
 * at once one makes it and all answer the same value; `created` is true for that one only. Throws where it can neither read nor write.
 */
export const ensureSecretFile = (dir: string, name: string, make: () => string): { readonly value: string; readonly created: boolean } => {
  const path = join(dir, name)
  const existing = readSecret(path)
  if (existing !== undefined) return { value: existing, created: false }
  const created = createExclusively(dir, path, `${make()}\n`)
  const value = readSecret(path)
  if (value === undefined) throw new Error(`The secret file ${path} was removed while it was being made; start again.`)
  return { value, created }
}
