import { parentPort, workerData } from 'node:worker_threads'
import { answerCopies } from '#adapters/media/copying-thread.ts'
import { createDiskStore } from '#adapters/media/disk.ts'
import { createSafeFetch } from '#adapters/media/safe-fetch.ts'
import { anyNetwork, publicNetwork } from '#adapters/media/web-address.ts'
import { createCopies } from '#composition/copies.ts'

/** What the thread that copies files is told. */
export interface CopyingData {
  readonly folder: string
  readonly allowPrivateNetwork: boolean
}

const { folder, allowPrivateNetwork }: CopyingData = workerData
const downloads = createSafeFetch({ rules: allowPrivateNetwork ? anyNetwork : publicNetwork })
if (parentPort) answerCopies(parentPort, createCopies({ downloads, mediaStore: createDiskStore(folder) }))
