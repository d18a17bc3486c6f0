import type { ChannelError } from '#application/ports/channel.ts'
import type { UnitOfWork } from '#application/ports/unit-of-work.ts'
import type { InboxId } from '#domain/shared/ids.ts'
import { ok } from '#domain/shared/result.ts'

/** Writes on the inbox that its credential no longer works, where that is what the provider said. */
export type ReportRefusal = (inboxId: InboxId, error: ChannelError) => Promise<void>

export const createReportRefusal =
  ({ unitOfWork }: { readonly unitOfWork: UnitOfWork }): ReportRefusal =>
  async (inboxId, error) => {
    if (error.code !== 'channel.unauthorized') return
    await unitOfWork.run(async (tx) => {
      await tx.inboxes.setState(inboxId, 'reauthorization_required', error.detail.message)
      return ok(null)
    })
  }
