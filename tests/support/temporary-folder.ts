import { accessSync, constants, globSync, mkdtempSync, rmSync, statfsSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Where Linux keeps files in memory. */
const memory = '/dev/shm'

/** Far more than all databases of a run take, bytes. */
const room = 4 * 1024 ** 3

const hasRoom = (): boolean => {
  const { bavail, bsize } = statfsSync(memory)
  return Math.min(bavail * bsize, process.availableMemory()) > room
}

/**
 * Where files stand that need not outlive their test: in memory, if there is room for them, as a new database is a thousand small
 * files, and on many a disk they take half a second. Processes that are killed lose nothing of them.
 */
export const quickPlace = (): string => {
  try {
    accessSync(memory, constants.W_OK | constants.X_OK)
    return hasRoom() ? memory : tmpdir()
  } catch {
    return tmpdir()
  }
}

/** What runs that were killed left in memory, a week ago or longer. */
export const removeForgotten = (): void => {
  const lastWeek = Date.now() - 7 * 86_400_000
  for (const path of globSync(`${memory}/dovecote-{test,postgres}-*`)) {
    try {
      if (statSync(path).mtimeMs < lastWeek) rmSync(path, { recursive: true, force: true })
    } catch {
      // It is somebody else's, or went meanwhile.
    }
  }
}

/** An empty folder that goes, with what is in it, when it is disposed of. */
export const temporaryFolder = (place = quickPlace()): Disposable & { readonly path: string } => {
  const path = mkdtempSync(join(place, 'dovecote-test-'))
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) }
}
