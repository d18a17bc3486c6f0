import { spread } from '#domain/shared/hash.ts'
import { type Duration, hours, type Instant, minutes, seconds } from '#domain/shared/instant.ts'

/**
 * `pending`: to be copied, or a story that can still be seen at the provider. `stored`: ours. `failed`: it could not be copied, and a
 * person or a later try may still. `expired`: the provider shows it no longer. `withheld`: it is not ours to keep or show.
 */
export type MediaState = 'pending' | 'stored' | 'expired' | 'failed' | 'withheld'

/** `copy`: we keep it. `look`: a story, of which we may keep the link and never the picture. `leave`: no media of ours. */
export type MediaRule = 'copy' | 'look' | 'leave'

export interface MediaProgress {
  readonly state: MediaState
  /** Tries that failed. */
  readonly attempts: number
  /** When to try, or to look, next; null: never by itself. */
  readonly dueAt: Instant | null
}

const rules: ReadonlyMap<string, MediaRule> = new Map([
  ...['image', 'audio', 'video', 'file', 'share', 'ig_post', 'ig_reel', 'avatar'].map((type) => [type, 'copy'] as const),
  ...['story_mention', 'ig_story'].map((type) => [type, 'look'] as const),
])

/** What is to be done with an attachment of one of Chatwoot's file types. */
export const mediaRule = (fileType: string): MediaRule => rules.get(fileType) ?? 'leave'

/** How an attachment begins. */
export const newMedia = (fileType: string, url: string | null, postedAt: Instant): MediaProgress =>
  url === null || mediaRule(fileType) === 'leave'
    ? { state: 'withheld', attempts: 0, dueAt: null }
    : { state: 'pending', attempts: 0, dueAt: postedAt }

/** How an attachment begins whose file is here before it. */
export const storedAlready: MediaProgress = { state: 'stored', attempts: 0, dueAt: null }

export const storedMedia = ({ attempts }: MediaProgress): MediaProgress => ({ state: 'stored', attempts, dueAt: null })

/** Stories are seen for a day. Links to other media live about as long, or longer. */
export const storyLife = hours(24)

/** Why a try ended without the file. */
export type MediaFailure =
  /** It cannot be had, now or later. */
  | { readonly is: 'final' }
  /** The provider says that it is not there; `forever` where it said that too. */
  | { readonly is: 'gone'; readonly forever: boolean }
  /** It may come later, not before `retryAfter`. */
  | { readonly is: 'later'; readonly retryAfter?: Duration }

/** How long to wait after each failed try that may end better. A provider's bad hour passes; a bad day costs the file. */
const waits = [seconds(5), seconds(30), minutes(2), minutes(10), minutes(30), hours(2), hours(6), hours(12)]

/** After so many tries people are told that it failed, while we still try. */
const toldAfter = 3

/** A new file may not have reached all of the provider's servers when we hear of it. */
const secondLook = 2

const failed = (attempts: number): MediaProgress => ({ state: 'failed', attempts, dueAt: null })

export const afterFailure = (
  { attempts: before, postedAt, id }: MediaProgress & { readonly postedAt: Instant; readonly id: number },
  failure: MediaFailure,
  now: Instant,
): MediaProgress => {
  const attempts = before + 1
  const wait = waits[before]
  if (failure.is === 'final') return failed(attempts)
  if (failure.is === 'gone') {
    if (failure.forever || now - postedAt >= storyLife) return { state: 'expired', attempts, dueAt: null }
    if (attempts >= secondLook) return failed(attempts)
  }
  if (wait === undefined) return failed(attempts)
  const asked = failure.is === 'later' ? (failure.retryAfter ?? 0) : 0
  const spreadWait = wait + Math.floor((wait * spread(String(id), 100)) / 400)
  return { state: attempts < toldAfter ? 'pending' : 'failed', attempts, dueAt: now + Math.max(asked, spreadWait) }
}

const looks = [hours(1), hours(6), storyLife]

/** What a look at a story's link found. A link that ended before its time is that of a story that was taken back. */
export const afterLook = (
  { attempts, postedAt }: MediaProgress & { readonly postedAt: Instant },
  found: 'there' | 'gone' | 'unclear',
  now: Instant,
): MediaProgress => {
  const next = looks.map((after) => postedAt + after).find((at) => at > now)
  if (next === undefined) return { state: 'expired', attempts, dueAt: null }
  return found === 'gone' ? { state: 'withheld', attempts, dueAt: null } : { state: 'pending', attempts, dueAt: next }
}
