import type { Channels, SignedNotice } from '#application/ports/channel.ts'
import { err, ok, type Result } from '#domain/shared/result.ts'

/** What a provider posts of an account's owner, as it came. */
export interface PostedNotice {
  readonly channel: string
  readonly signed: string
}

export type NoticeRefused = { readonly code: 'channel.unknown' | 'notice.forged' }

export const readNotice = async (channels: Channels, { channel, signed }: PostedNotice): Promise<Result<SignedNotice, NoticeRefused>> => {
  const read = channels.get(channel)?.readNotice
  if (!read) return err({ code: 'channel.unknown' })
  const notice = await read(signed)
  return notice ? ok(notice) : err({ code: 'notice.forged' })
}
