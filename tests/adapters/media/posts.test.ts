import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, test } from 'vitest'
import { createPlatformPosts } from '#adapters/media/fetch.ts'
import { answerOf } from '#adapters/media/posts.ts'
import { createSafePosts } from '#adapters/media/safe-posts.ts'
import { anyNetwork, publicWebhooks } from '#adapters/media/web-address.ts'
import type { Posts } from '#application/ports/posts.ts'
import { seconds } from '#domain/shared/instant.ts'
import { createFakePosts } from '../../fakes/posts.ts'
import { type Answering, type PostsSubject, postsContract } from './posts.contract.ts'

const serve = async (listener: RequestListener): Promise<{ server: Server; url: string }> => {
  const server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/in?a=b` }
}

const openReal = async (posts: Posts): Promise<PostsSubject> => {
  const servers: Server[] = []
  return {
    posts,
    async answering(answer) {
      const heard: { id: string; body: string }[] = []
      const { server, url } = await serve(async (request, response) => {
        const chunks: Buffer[] = []
        for await (const chunk of request) chunks.push(chunk)
        heard.push({ id: String(request.headers['webhook-id']), body: Buffer.concat(chunks).toString() })
        if (answer === null) request.socket.destroy()
        else response.writeHead(answer.status, answer.headers).end('what it says')
      })
      servers.push(server)
      return { url, heard: () => heard }
    },
    async [Symbol.asyncDispose]() {
      for (const server of servers) server.close().closeAllConnections()
    },
  }
}

const openFake = async (): Promise<PostsSubject> => {
  const places = new Map<string, Answering | null>()
  const { posts, posted } = createFakePosts(({ url }) => {
    const { status, headers = {} } = places.get(url) ?? {}
    return status === undefined ? null : answerOf(status, (name) => headers[name])
  })
  return {
    posts,
    async answering(answer) {
      const url = `https://bridge.example/${places.size}`
      places.set(url, answer)
      return {
        url,
        heard() {
          const mine = posted.filter((each) => each.url === url)
          return mine.map(({ headers, body }) => ({ id: headers['webhook-id'] ?? '', body: new TextDecoder().decode(body) }))
        },
      }
    },
    async [Symbol.asyncDispose]() {},
  }
}

describe.each([
  { name: 'the fake', open: openFake },
  { name: 'node:http', open: () => openReal(createSafePosts({ rules: anyNetwork })) },
  { name: 'fetch', open: () => openReal(createPlatformPosts(anyNetwork)) },
])('posts: $name', ({ open }) => postsContract(open))

const post = { headers: {}, body: new Uint8Array(2) }

describe.each([
  { name: 'node:http', create: (rules: typeof anyNetwork) => createSafePosts({ rules }) },
  { name: 'fetch', create: createPlatformPosts },
])('$name', ({ create }) => {
  test('says so where nobody answers in time', async () => {
    const { server, url } = await serve(() => {})
    try {
      expect(await create(anyNetwork).post(url, post, 50)).toEqual({ ok: false, error: { code: 'post.unanswered' } })
    } finally {
      server.close().closeAllConnections()
    }
  })

  test.each([
    'http://bridge.example/in',
    'https://127.0.0.1/in',
    'https://10.1.2.3:8443/',
    'https://169.254.169.254/latest',
    'https://[::1]/',
    'https://user:word@bridge.example/',
  ])('goes to public addresses alone, by https: not to %s', async (url) => {
    expect(await create(publicWebhooks).post(url, post, seconds(30))).toEqual({ ok: false, error: { code: 'post.refused' } })
  })

  test('does not wait for the end of a long answer', async () => {
    const { server, url } = await serve((_, response) => {
      response.writeHead(200)
      response.write('x'.repeat(100_000))
    })
    try {
      expect(await create(anyNetwork).post(url, post, seconds(30))).toEqual({ ok: true, value: { status: 200 } })
    } finally {
      server.close().closeAllConnections()
    }
  })
})

test('a name that leads into a private network is not followed there, and a public one is called where it was found', async () => {
  const { server, url } = await serve((_, response) => void response.writeHead(200).end())
  const port = Number(new URL(url).port)
  try {
    const resolve = async (name: string) => (name === 'inside.example' ? ['203.0.113.7', '10.0.0.1'] : ['93.184.216.34'])
    const posts = createSafePosts({
      rules: { ...publicWebhooks, schemes: new Set(['http:']) },
      resolve,
      dial: ({ address }) => (address === '93.184.216.34' ? { address: '127.0.0.1', port } : { address: '127.0.0.1', port: 1 }),
    })
    expect(await posts.post('http://inside.example/', post, seconds(30))).toEqual({ ok: false, error: { code: 'post.refused' } })
    expect(await posts.post('http://outside.example/', post, seconds(30))).toEqual({ ok: true, value: { status: 200 } })
  } finally {
    server.close().closeAllConnections()
  }
})
