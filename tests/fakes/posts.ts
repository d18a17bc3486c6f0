import type { Post, PostAnswer, Posts } from '#application/ports/posts.ts'
import { err, ok } from '#domain/shared/result.ts'

export interface Posted extends Post {
  readonly url: string
}

/** Null: nobody answers. */
export type Answer = PostAnswer | null

/** Addresses at which a test answers. `posted` is all that was sent, in order. */
export const createFakePosts = (answer: (posted: Posted) => Answer | Promise<Answer>) => {
  const posted: Posted[] = []
  const posts: Posts = {
    async post(url, post) {
      if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) return err({ code: 'post.refused' })
      const call = { url, headers: { ...post.headers }, body: new Uint8Array(post.body) }
      posted.push(call)
      const answered = await answer(call)
      return answered ? ok(answered) : err({ code: 'post.unanswered' })
    },
  }
  return { posts, posted }
}
