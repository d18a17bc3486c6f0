import { randomUUID } from 'node:crypto'
import { closeSync, fsyncSync, linkSync, openSync, readFileSync, renameSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'

const successionRetryMs = 20
const successionAttempts = 50

interface Holder {
  readonly pid: number
  /** Tells a process from a later one with the same pid; empty where the system does not say. */
  readonly born: string
  readonly token: string
  readonly url?: string
}

/** Who holds the folder, as far as its lock file tells. */
export interface LockState {
  readonly pid: number
  /** Where the holder's HTTP server answers, once it does. */
  readonly url?: string
  readonly alive: boolean
}

/** The folder belongs to another process (or to an earlier open in this one). */
export class DatabaseInUse extends Error {
  override readonly name = 'DatabaseInUse'
  readonly dir: string
  readonly pid: number
  constructor(dir: string, pid: number) {
    super(`The embedded database in ${dir} is in use by process ${pid}; stop that process first, or set DATA_DIR to another folder.`)
    this.dir = dir
    this.pid = pid
  }
}

/**
 * One process at a time may open an embedded database: two on one folder lose rows without a word.
 *
 * `lock` names its holder. A dead holder is replaced by whoever creates `lock.after-<its token>`, which only one process can, since
 * creating is by hard link: exclusive, and the file is complete at once. A successor that dies half-way is succeeded likewise.
 * `lock` itself changes hands only by rename, and only by the hand that holds the succession.
 */
const lockPath = (dir: string): string => join(dir, 'lock')
const successionPath = (dir: string, token: string): string => join(dir, `lock.after-${token}`)

const isCode = (error: unknown, code: string): boolean => error instanceof Error && 'code' in error && error.code === code

/**
 * The boot and the tick in which a process started, `ended` for one that only waits to be collected, nothing where the system does
 * not say (it is Linux that does). The program's name in /proc/<pid>/stat may hold spaces and brackets.
 */
const bornOf = (pid: number): string => {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return fields[0] === 'Z' ? 'ended' : `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()}:${fields[19]}`
  } catch {
    return ''
  }
}

const isAlive = ({ pid, born }: Holder): boolean => {
  if (pid === 0) return false
  try {
    process.kill(pid, 0)
  } catch (error) {
    return isCode(error, 'EPERM')
  }
  const now = bornOf(pid)
  return born === '' || now === '' || born === now
}

/** A file that cannot be read as a lock was cut short by a power cut: its writer is gone. */
const unreadable: Holder = { pid: 0, born: 'unknown', token: 'unreadable' }

const parseHolder = (text: string): Holder => {
  try {
    const { pid, born, token, url } = JSON.parse(text) as Partial<Holder>
    if (!Number.isInteger(pid) || !pid || pid < 1 || typeof token !== 'string' || !/^[\w-]+$/.test(token)) return unreadable
    return { pid, born: born ?? '', token, ...(url !== undefined && { url }) }
  } catch {
    return unreadable
  }
}

const readHolder = (path: string): Holder | undefined => {
  try {
    return parseHolder(readFileSync(path, 'utf8'))
  } catch (error) {
    if (isCode(error, 'ENOENT')) return undefined
    throw error
  }
}

const withDraft = <T>(dir: string, holder: Holder, use: (draft: string) => T): T => {
  const draft = join(dir, `lock.draft-${randomUUID()}`)
  try {
    const file = openSync(draft, 'wx', 0o600)
    writeSync(file, `${JSON.stringify(holder)}\n`)
    fsyncSync(file)
    closeSync(file)
    return use(draft)
  } finally {
    rmSync(draft, { force: true })
  }
}

const createExclusively = (dir: string, path: string, holder: Holder): boolean =>
  withDraft(dir, holder, (draft) => {
    try {
      linkSync(draft, path)
      return true
    } catch (error) {
      if (isCode(error, 'EEXIST')) return false
      throw error
    }
  })

/** Replaces the dead holder of `lock`; otherwise the living process that is doing so, or nothing when all moved meanwhile. */
const succeed = (dir: string, dead: Holder, self: Holder): 'done' | Holder | undefined => {
  const chain: string[] = []
  for (let last = dead; ; ) {
    const path = successionPath(dir, last.token)
    chain.push(path)
    if (createExclusively(dir, path, self)) break
    const heir = readHolder(path)
    if (heir === undefined || isAlive(heir)) return heir
    last = heir
  }
  const unchanged = readHolder(lockPath(dir))?.token === dead.token
  if (unchanged) withDraft(dir, self, (draft) => renameSync(draft, lockPath(dir)))
  for (const path of unchanged ? chain : chain.slice(-1)) rmSync(path, { force: true })
  return unchanged ? 'done' : undefined
}

/** Takes the folder for this process, or throws DatabaseInUse. Returns what gives it back. */
export const takeLock = async (dir: string): Promise<() => void> => {
  const self: Holder = { pid: process.pid, born: bornOf(process.pid), token: randomUUID() }
  const release = (): void => {
    if (readHolder(lockPath(dir))?.token === self.token) rmSync(lockPath(dir), { force: true })
  }
  for (let attempt = 0; ; attempt++) {
    const holder = readHolder(lockPath(dir))
    if (holder === undefined) {
      if (createExclusively(dir, lockPath(dir), self)) return release
      continue
    }
    if (isAlive(holder)) throw new DatabaseInUse(dir, holder.pid)
    const heir = succeed(dir, holder, self)
    if (heir === 'done') return release
    if (heir !== undefined && attempt >= successionAttempts) throw new DatabaseInUse(dir, heir.pid)
    await delay(successionRetryMs)
  }
}

/** Says in the lock file where this process's server answers, so that the command line can go through it. */
export const noteServerUrl = (dir: string, url: string): void => {
  const holder = readHolder(lockPath(dir))
  if (holder === undefined || holder.pid !== process.pid) throw new Error(`This process does not hold the embedded database in ${dir}.`)
  withDraft(dir, { ...holder, url }, (draft) => renameSync(draft, lockPath(dir)))
}

/** Nothing where the folder is free. A dead holder's folder is free to take, and its `url` answers no more. */
export const readLock = (dir: string): LockState | undefined => {
  const holder = readHolder(lockPath(dir))
  if (holder === undefined || holder === unreadable) return undefined
  const { pid, url } = holder
  return { pid, ...(url !== undefined && { url }), alive: isAlive(holder) }
}
