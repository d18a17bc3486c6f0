import { readFileSync } from 'node:fs'
import { createServer, type RequestListener, type ServerResponse } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import type { AddressInfo, Server } from 'node:net'
import { brotliCompressSync, gzipSync } from 'node:zlib'
import { describe, expect, onTestFinished, test } from 'vitest'
import { createSafeFetch } from '#adapters/media/safe-fetch.ts'
import { anyNetwork, publicNetwork } from '#adapters/media/web-address.ts'
import type { Downloads } from '#application/ports/downloads.ts'
import { serve } from '../../support/serve.ts'

const mebi = 1024 * 1024
const limits = { bytes: mebi, time: 60_000 }
const soon = { bytes: mebi, time: 300 }

const listen = async (server: Server): Promise<number> => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return (server.address() as AddressInfo).port
}

const downloads = createSafeFetch({ rules: anyNetwork })

const sizeOf = async (content: AsyncIterable<Uint8Array>): Promise<number> => {
  let size = 0
  for await (const chunk of content) size += chunk.byteLength
  return size
}

const get = (url: string, within = limits, from: Downloads = downloads) => from.get(url, within, sizeOf)

/** Writes as fast as it is read, until nobody reads. */
const pour = (response: ServerResponse, chunk: Uint8Array): void => {
  const more = (): void => {
    while (!response.destroyed && response.write(chunk));
    if (!response.destroyed) response.once('drain', more)
  }
  more()
}

const failed = (code: string, more: object = {}) => ({ ok: false, error: { code, ...more } })

describe('a server of media', () => {
  test('that is in order', async () => {
    const url = await serve((_, response) => response.end(Buffer.alloc(mebi)))
    expect(await get(url)).toEqual({ ok: true, value: mebi })
    expect(await get(url, { ...limits, bytes: mebi - 1 })).toEqual(failed('download.too_large'))
  })

  test('asks for no packing and says who we are, and to whom we speak', async () => {
    const url = await serve(({ headers }, response) => response.end(JSON.stringify(headers)))
    const found = await downloads.get(url, limits, async (content) => {
      for await (const chunk of content) return JSON.parse(Buffer.from(chunk).toString())
    })
    expect(found).toMatchObject({ ok: true, value: { host: new URL(url).host, 'accept-encoding': 'identity', 'user-agent': 'Dovecote' } })
  })

  test('that never ends: bounded memory', async () => {
    let sent = 0
    const chunk = Buffer.alloc(64 * 1024)
    const url = await serve((_, response) => {
      pour(response, chunk)
      response.once('close', () => (sent = response.socket?.bytesWritten ?? 0))
    })
    const before = process.memoryUsage().rss
    for (let n = 0; n < 20; n++) expect(await get(url)).toEqual(failed('download.too_large'))
    expect(sent).toBeLessThan(20 * mebi)
    expect(process.memoryUsage().rss - before).toBeLessThan(150 * mebi)
  })

  test.each([
    ['never answers', () => {}],
    ['sends headers and then nothing', (response: ServerResponse) => void response.writeHead(200, { 'content-length': 10 }).flushHeaders()],
    ['sends a byte now and then', (response: ServerResponse) => void setInterval(() => response.write('x'), 20).unref()],
  ])('that %s: bounded time', async (_, act) => {
    const url = await serve((_, response) => act(response))
    const startedAt = performance.now()
    expect(await get(url, soon)).toEqual(failed('download.unavailable'))
    expect(performance.now() - startedAt).toBeGreaterThan(250)
  })

  test('that writes its headers for ever', async () => {
    const url = await serve(({ socket }) => {
      socket.write('HTTP/1.1 200 OK\r\n')
      pour(socket as unknown as ServerResponse, Buffer.from(`x-more: ${'x'.repeat(1000)}\r\n`))
    })
    expect(await get(url)).toEqual(failed('download.unavailable'))
  })

  test('that lies about the length', async () => {
    const says = (length: number, body: string): RequestListener => {
      return (_, response) => {
        response.socket?.end(`HTTP/1.1 200 OK\r\ncontent-length: ${length}\r\n\r\n${body}`)
      }
    }
    expect(await get(await serve(says(100, 'short')))).toEqual(failed('download.unavailable'))
    expect(await get(await serve(says(10 * mebi, 'short')))).toEqual(failed('download.too_large'))
    expect(await get(await serve(says(3, 'longer')))).toEqual({ ok: true, value: 3 })
    expect(await get(await serve(says(-1, 'x')))).toEqual(failed('download.unavailable'))
  })

  test('that breaks off in the middle', async () => {
    const url = await serve((_, response) => {
      response.writeHead(200, { 'transfer-encoding': 'chunked' })
      response.write('x'.repeat(1000), () => response.socket?.destroy())
    })
    expect(await get(url)).toEqual(failed('download.unavailable'))
  })

  test('that packs although nobody asked', async () => {
    const packed = (encoding: string, body: Uint8Array) =>
      serve((_, response) => response.writeHead(200, { 'content-encoding': encoding }).end(body))
    expect(await get(await packed('gzip', gzipSync('hello')))).toEqual({ ok: true, value: 5 })
    expect(await get(await packed('BR', brotliCompressSync('hello')))).toEqual({ ok: true, value: 5 })
    expect(await get(await packed('gzip', Buffer.from('no gzip')))).toEqual(failed('download.unavailable'))
    expect(await get(await packed('zstd, gzip', Buffer.from('x')))).toEqual(failed('download.unavailable'))
    expect(await get(await packed('constructor', Buffer.from('x')))).toEqual(failed('download.unavailable'))
  })

  test('that sends a bomb: bounded memory', async () => {
    const bomb = gzipSync(Buffer.alloc(256 * mebi))
    const url = await serve((_, response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb))
    const before = process.memoryUsage().rss
    for (let n = 0; n < 5; n++) expect(await get(url)).toEqual(failed('download.too_large'))
    expect(process.memoryUsage().rss - before).toBeLessThan(150 * mebi)
  })

  test('that sends us on: a few times, and nowhere that it could not have been asked', async () => {
    let hops = 0
    const round = await serve((request, response) => {
      hops += 1
      response.writeHead(302, { location: request.url ?? '/' }).end()
    })
    expect(await get(round)).toEqual(failed('download.unavailable'))
    expect(hops).toBe(4)
    const once = await serve(({ url }, response) =>
      url === '/' ? response.writeHead(307, { location: 'file' }).end() : response.end('here'),
    )
    expect(await get(once)).toEqual({ ok: true, value: 4 })
    for (const location of ['file:///etc/passwd', 'http://169.254.169.254/', 'http://user@127.0.0.1/', 'http://']) {
      const astray = await serve((_, response) => response.writeHead(301, { location }).end())
      expect(await get(astray), location).toEqual(failed('download.refused'))
    }
  })

  test.each([
    [404, 'download.gone', { status: 404 }],
    [410, 'download.gone', { status: 410 }],
    [403, 'download.gone', { status: 403 }],
    [500, 'download.unavailable', {}],
    [503, 'download.unavailable', { retryAfter: 7000 }],
    [429, 'download.unavailable', { retryAfter: 7000 }],
    [304, 'download.unavailable', {}],
    [204, 'download.unavailable', {}],
  ])('that answers %i', async (status, code, more) => {
    const headers = status === 503 || status === 429 ? { 'retry-after': '7' } : {}
    const url = await serve((_, response) => response.writeHead(status, headers).end())
    expect(await get(url)).toEqual(failed(code, more))
  })

  test('that is not there, or has a name that nobody knows', async () => {
    const closed = createServer()
    const port = await listen(closed)
    await new Promise((resolve) => closed.close(resolve))
    expect(await get(`http://127.0.0.1:${port}/`)).toEqual(failed('download.unavailable'))
    const nameless = createSafeFetch({ rules: anyNetwork, resolve: () => Promise.reject(new Error('ENOTFOUND')) })
    expect(await get('http://nobody.example/', limits, nameless)).toEqual(failed('download.unavailable'))
    const silent = createSafeFetch({ rules: anyNetwork, resolve: () => new Promise(() => {}) })
    expect(await get('http://nobody.example/', soon, silent)).toEqual(failed('download.unavailable'))
  })

  test('of which the first address does not answer, but the second', async () => {
    const url = new URL(await serve((_, response) => response.end('hello')))
    const asked: string[] = []
    const several = createSafeFetch({
      rules: anyNetwork,
      resolve: async () => ['127.0.0.2', '127.0.0.1'],
      dial: (to) => {
        asked.push(to.address)
        return to.address === '127.0.0.2' ? { address: '127.0.0.1', port: 1 } : to
      },
    })
    expect(await get(`http://cdn.example:${url.port}/`, limits, several)).toEqual({ ok: true, value: 5 })
    expect(asked).toEqual(['127.0.0.2', '127.0.0.1'])
  })

  test('an error of who takes the content is not the server’s', async () => {
    const url = await serve((_, response) => response.end('hello'))
    const full = downloads.get(url, limits, async () => Promise.reject(new Error('The disk is full.')))
    await expect(full).rejects.toThrow('The disk is full.')
  })
})

describe('with TLS', () => {
  const read = (name: string): string => readFileSync(new URL(`../../fixtures/tls/${name}.pem`, import.meta.url), 'utf8')
  const start = async () => {
    const server = createSecureServer({ key: read('key'), cert: read('certificate') }, (_, response) => void response.end('secret'))
    onTestFinished(() => void server.close())
    const port = await listen(server)
    const dial = () => ({ address: '127.0.0.1', port })
    return { rules: publicNetwork, resolve: async () => ['8.8.8.8'], dial }
  }

  test('the certificate has to be good, and of the name that was asked for', async () => {
    const options = await start()
    const trusting = createSafeFetch({ ...options, ca: read('certificate') })
    expect(await get('https://cdn.example/', limits, trusting)).toEqual({ ok: true, value: 6 })
    expect(await get('https://other.example/', limits, trusting)).toEqual(failed('download.unavailable'))
    expect(await get('https://8.8.8.8/', limits, trusting)).toEqual(failed('download.unavailable'))
    expect(await get('https://cdn.example/', limits, createSafeFetch(options))).toEqual(failed('download.unavailable'))
  })
})
