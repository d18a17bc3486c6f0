import { keyOf } from '#application/media/media-job.ts'
import type { MediaLinks } from '#application/ports/media-links.ts'
import type { MediaStore } from '#application/ports/media-store.ts'
import type { SentFile } from '#application/ports/messages.ts'
import type { OutgoingFile } from '#application/ports/outgoing.ts'
import type { AccountId } from '#domain/shared/ids.ts'

/** A file of a part as a channel can send it. */
export type OpenFile = (file: SentFile) => Promise<OutgoingFile>

interface Dependencies {
  readonly mediaStore: MediaStore
  readonly mediaLinks: MediaLinks
  /** Providers cannot reach this installation. */
  readonly isPolled: boolean
}

export const createOpenFile =
  ({ mediaStore, mediaLinks, isPolled }: Dependencies) =>
  (accountId: AccountId): OpenFile =>
  async ({ id, contentType, size }) => {
    const ref = { accountId, kind: 'attachments', id } as const
    const url = isPolled ? null : await mediaLinks.sign(ref)
    return { contentType, size, url, read: async () => (await mediaStore.open(keyOf(ref)))?.stream }
  }
