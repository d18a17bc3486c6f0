import { Broken } from '#adapters/media/broken.ts'
import type { WebAddress } from '#adapters/media/web-address.ts'
import type { Post, PostAnswer, Posts } from '#application/ports/posts.ts'
import { err, ok } from '#domain/shared/result.ts'

type Header = (name: 'retry-after' | 'date') => string | null | undefined

/** Seconds, or a date, which is compared with the answer's own clock; ms. Undefined where it asks for nothing. */
const restAsked = (header: Header): number | undefined => {
  const asked = header('retry-after')?.trim() ?? ''
  const clock = Date.parse(header('date') ?? '')
  const wait = /^\d{1,9}$/.test(asked) ? Number(asked) * 1000 : Date.parse(asked) - (Number.isNaN(clock) ? Date.now() : clock)
  return wait > 0 ? wait : undefined
}

export const answerOf = (status: number, header: Header): PostAnswer => {
  const retryAfter = restAsked(header)
  return { status, ...(retryAfter === undefined ? {} : { retryAfter }) }
}

/** A way to send something into the web. */
interface Way {
  /** Undefined where that address may not be called. */
  parse(text: string): WebAddress | undefined
  send(target: WebAddress, post: Post, signal: AbortSignal): Promise<PostAnswer>
}

/** Calls within the time, and says why nobody answered. */
export const createPosts = ({ parse, send }: Way): Posts => ({
  async post(url, post, time) {
    const target = parse(url)
    if (!target) return err({ code: 'post.refused' })
    const deadline = new AbortController()
    const timer = setTimeout(() => deadline.abort(), time)
    try {
      return ok(await send(target, post, deadline.signal))
    } catch (error) {
      const isRefused = error instanceof Broken && error.failure.code === 'download.refused'
      return err({ code: isRefused ? 'post.refused' : 'post.unanswered' })
    } finally {
      clearTimeout(timer)
    }
  },
})
