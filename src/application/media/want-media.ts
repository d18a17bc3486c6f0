import { mediaJob } from '#application/media/media-job.ts'
import type { NewMessage } from '#application/ports/messages.ts'
import type { Tx } from '#application/ports/unit-of-work.ts'
import type { MessageId } from '#domain/shared/ids.ts'

/** Asks for what is attached to messages that were just written, a job each; without attachments it costs nothing. */
export const wantMedia = async (tx: Tx, messages: readonly NewMessage[], ids: readonly MessageId[]): Promise<void> => {
  const withMedia = ids.filter((_, n) => (messages[n]?.attachments.length ?? 0) > 0)
  if (withMedia.length === 0) return
  const items = await tx.media.ofMessages(withMedia)
  await tx.jobs.enqueue(items.map((item) => mediaJob(item)))
}
