import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Posts } from '#application/ports/posts.ts'
import { seconds } from '#domain/shared/instant.ts'

export interface Answering {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
}

export interface PostsSubject extends AsyncDisposable {
  readonly posts: Posts
  /** An address that answers so; null: that hangs up without an answer. */
  answering(answer: Answering | null): Promise<{ readonly url: string; heard(): readonly { readonly id: string; readonly body: string }[] }>
}

const post = { headers: { 'content-type': 'application/json', 'webhook-id': 'one' }, body: new TextEncoder().encode('{"a": "ä"}') }
const time = seconds(30)

export const postsContract = (open: () => Promise<PostsSubject>): void => {
  let subject: PostsSubject
  beforeAll(async () => {
    subject = await open()
  })
  afterAll(() => subject[Symbol.asyncDispose]())

  test.each([200, 204, 302, 410, 500])('%i is told, with nothing more', async (status) => {
    const { url, heard } = await subject.answering({ status, headers: { location: 'https://elsewhere.example/' } })
    expect(await subject.posts.post(url, post, time)).toEqual({ ok: true, value: { status } })
    expect(heard()).toEqual([{ id: 'one', body: '{"a": "ä"}' }])
  })

  test('and how long the other side wants to rest', async () => {
    const date = { date: 'Fri, 01 May 2026 12:00:00 GMT' }
    const rests = [
      [{ 'retry-after': '120' }, seconds(120)],
      [{ ...date, 'retry-after': 'Fri, 01 May 2026 12:02:00 GMT' }, seconds(120)],
      [{ ...date, 'retry-after': 'Fri, 01 May 2026 11:00:00 GMT' }, undefined],
      [{ 'retry-after': 'soon' }, undefined],
      [{ 'retry-after': '-3' }, undefined],
    ] as const
    for (const [headers, retryAfter] of rests) {
      const { url } = await subject.answering({ status: 503, headers })
      const value = retryAfter === undefined ? { status: 503 } : { status: 503, retryAfter }
      expect(await subject.posts.post(url, post, time)).toEqual({ ok: true, value })
    }
  })

  test('where nobody answers that is said', async () => {
    const { url } = await subject.answering(null)
    expect(await subject.posts.post(url, post, time)).toEqual({ ok: false, error: { code: 'post.unanswered' } })
  })

  test.each(['nowhere', 'ftp://bridge.example/in', 'file:///etc/passwd', ''])('nothing goes to %j', async (url) => {
    expect(await subject.posts.post(url, post, time)).toEqual({ ok: false, error: { code: 'post.refused' } })
  })
}
