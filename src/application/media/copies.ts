import { keepFile } from '#application/media/keep-file.ts'
import type { Copies } from '#application/ports/copies.ts'
import type { Downloads } from '#application/ports/downloads.ts'
import type { MediaStore } from '#application/ports/media-store.ts'

interface Dependencies {
  readonly downloads: Downloads
  readonly mediaStore: MediaStore
}

export const createCopies = ({ downloads, mediaStore }: Dependencies): Copies => ({
  look: (url, limits) => downloads.get(url, limits, async () => null),
  keep: (url, limits, place) => downloads.get(url, limits, (content) => keepFile(mediaStore, place, content)),
})
