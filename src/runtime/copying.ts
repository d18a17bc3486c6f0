import { stat } from 'node:fs/promises'
import { availableParallelism, constants, getPriority, platform, setPriority } from 'node:os'
import { parentPort, workerData } from 'node:worker_threads'
import { answerCopies } from '#adapters/media/copying-thread.ts'
import { createDiskStore } from '#adapters/media/disk.ts'
import { createSafeFetch } from '#adapters/media/safe-fetch.ts'
import { throttled } from '#adapters/media/throttled.ts'
import { anyNetwork, publicNetwork } from '#adapters/media/web-address.ts'
import { createCopies } from '#composition/copies.ts'

/** What the thread that copies files is told. */
export interface CopyingData {
  readonly folder: string
  readonly allowPrivateNetwork: boolean
}

/** What comes gently comes at so many bytes a second at most, for each core: copying those takes some 6 % of it. */
const gentleRate = 8 * 1024 * 1024

const { folder, allowPrivateNetwork }: CopyingData = workerData

/**
 * Who waits to be answered comes first. Linux knows a priority of each thread; elsewhere it would be the whole process's. The threads
 * that read and write files for everybody are begun by the first who needs them, and would have its priority: so they are begun before.
 */
const giveWay = async (): Promise<void> => {
  if (platform() !== 'linux') return
  await stat('.')
  const { PRIORITY_BELOW_NORMAL: step, PRIORITY_LOW: lowest } = constants.priority
  // From where the process stands: only the superuser may take a higher one than that.
  setPriority(0, Math.min(getPriority() + step, lowest))
}

await giveWay()
const downloads = createSafeFetch({ rules: allowPrivateNetwork ? anyNetwork : publicNetwork })
const slow = throttled(downloads, gentleRate * availableParallelism())
const mediaStore = createDiskStore(folder)
const [full, gentle] = [createCopies({ downloads, mediaStore }), createCopies({ downloads: slow, mediaStore })]
if (parentPort) answerCopies(parentPort, { full, gentle })
