import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'

/** Where a restored installation is put together, beside the one that is in use. */
export const stagingOf = (dir: string): string => join(dir, 'restoring')

/** The same folder when everything in it is complete: from then on it counts, whatever happens. */
const completeOf = (dir: string): string => join(dir, 'restored')

/** Where what was replaced is kept. */
export const replacedOf = (dir: string): string => join(dir, 'before-restore')

/**
 * Puts what was restored in its place, and goes on with it where an earlier process was stopped: what is still in the folder was not
 * yet moved. Call it only with the lock.
 */
export const settleRestored = (dir: string): void => {
  const complete = completeOf(dir)
  if (!existsSync(complete)) return
  mkdirSync(replacedOf(dir), { recursive: true, mode: 0o700 })
  for (const name of readdirSync(complete)) {
    const [place, aside] = [join(dir, name), join(replacedOf(dir), name)]
    if (existsSync(place)) {
      rmSync(aside, { recursive: true, force: true })
      renameSync(place, aside)
    }
    renameSync(join(complete, name), place)
  }
  rmSync(complete, { recursive: true })
  if (readdirSync(replacedOf(dir)).length === 0) rmSync(replacedOf(dir), { recursive: true })
}

/** Makes what was put together the installation, in one step. */
export const commitRestored = (dir: string): void => {
  renameSync(stagingOf(dir), completeOf(dir))
  settleRestored(dir)
}
