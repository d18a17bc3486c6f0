import { lookup } from 'node:dns/promises'
import { type IncomingMessage, request as plainRequest } from 'node:http'
import { request as secureRequest } from 'node:https'
import { pipeline, type Readable, type Transform } from 'node:stream'
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib'
import { addressKind } from '#adapters/media/addresses.ts'
import { Broken, failureOf, mostHops, redirectOf, refused, tooLarge, unavailable } from '#adapters/media/broken.ts'
import { type NetworkRules, parseWebAddress, type WebAddress } from '#adapters/media/web-address.ts'
import type { DownloadLimits, Downloads } from '#application/ports/downloads.ts'
import { err, ok } from '#domain/shared/result.ts'

export interface Endpoint {
  readonly address: string
  readonly port: number
}

interface Options {
  readonly rules: NetworkRules
  /** The addresses of a name. */
  readonly resolve?: (hostname: string) => Promise<readonly string[]>
  /** Where to connect for an address that was checked: there, unless a test has it elsewhere. */
  readonly dial?: (checked: Endpoint) => Endpoint
  /** Certificates to trust beside the system's. */
  readonly ca?: string
}

const mostAddresses = 3

const lookUp = async (hostname: string): Promise<readonly string[]> =>
  (await lookup(hostname, { all: true, order: 'ipv4first' })).map(({ address }) => address)

/** We ask for none; who packs all the same is unpacked, and what comes out is counted. */
const unpackers: Readonly<Record<string, () => Transform>> = {
  gzip: createGunzip,
  'x-gzip': createGunzip,
  deflate: createInflate,
  br: createBrotliDecompress,
}

const unpacked = (response: IncomingMessage): Readable => {
  const packing = response.headers['content-encoding']?.trim().toLowerCase() ?? 'identity'
  if (packing === 'identity' || packing === '') return response
  const unpacker = Object.hasOwn(unpackers, packing) ? unpackers[packing]?.() : undefined
  if (!unpacker) throw new Broken(unavailable)
  return pipeline(response, unpacker, () => {})
}

async function* counted(response: IncomingMessage, most: number): AsyncGenerator<Uint8Array> {
  if (Number(response.headers['content-length'] ?? 0) > most) throw new Broken(tooLarge)
  let size = 0
  try {
    for await (const chunk of unpacked(response) as AsyncIterable<Buffer>) {
      size += chunk.byteLength
      if (size > most) throw new Broken(tooLarge)
      yield chunk
    }
  } catch (cause) {
    throw cause instanceof Broken ? cause : new Broken(unavailable, cause)
  }
  if (!response.complete) throw new Broken(unavailable)
}

const headersFor = ({ url }: WebAddress) => ({ host: url.host, accept: '*/*', 'accept-encoding': 'identity', 'user-agent': 'Dovecote' })

/** One request to this very endpoint; the name only goes into the header and, with TLS, into what the certificate has to prove. */
const ask = (target: WebAddress, { address, port }: Endpoint, signal: AbortSignal, ca?: string): Promise<IncomingMessage> =>
  new Promise((resolve, reject) => {
    const isSecure = target.url.protocol === 'https:'
    const path = `${target.url.pathname}${target.url.search}`
    const common = { host: address, port, path, method: 'GET', headers: headersFor(target), agent: false as const }
    const named = addressKind(target.hostname) === undefined ? { servername: target.hostname } : {}
    const request = isSecure ? secureRequest({ ...common, ...named, ...(ca === undefined ? {} : { ca }) }) : plainRequest(common)
    const giveUp = (): void => void request.destroy(new Error('It took too long.'))
    signal.addEventListener('abort', giveUp, { once: true })
    request.once('close', () => signal.removeEventListener('abort', giveUp))
    request.on('error', reject)
    request.once('response', (response) => resolve(response.on('error', () => {})))
    if (signal.aborted) giveUp()
    request.end()
  })

const untilAborted = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Broken(unavailable)), { once: true }))

/**
 * Downloads that no address leads astray. A name is looked up once, every address that it has is checked, and the connection goes to a
 * checked address and not to the name again. So does every redirect, and there are few.
 */
export const createSafeFetch = ({ rules, resolve = lookUp, dial = (checked) => checked, ca }: Options): Downloads => {
  const addressesOf = async ({ hostname }: WebAddress, signal: AbortSignal): Promise<readonly string[]> => {
    if (addressKind(hostname) !== undefined) return [hostname]
    const found = await Promise.race([resolve(hostname), untilAborted(signal)])
    const isAllowed = (address: string): boolean => rules.kinds.has(addressKind(address) ?? 'never')
    if (!found.every(isAllowed)) throw new Broken(refused)
    return found.slice(0, mostAddresses)
  }

  const connect = async (target: WebAddress, signal: AbortSignal): Promise<IncomingMessage> => {
    let failed: unknown
    for (const address of await addressesOf(target, signal)) {
      try {
        return await ask(target, dial({ address, port: target.port }), signal, ca)
      } catch (cause) {
        failed = cause
        if (signal.aborted) break
      }
    }
    throw new Broken(unavailable, failed)
  }

  const follow = async (first: WebAddress, signal: AbortSignal): Promise<IncomingMessage> => {
    let target = first
    for (let hop = 0; hop < mostHops; hop++) {
      const response = await connect(target, signal)
      const { statusCode: status = 0, headers } = response
      const location = redirectOf(status, headers.location)
      const failure = location === undefined ? failureOf(status, headers['retry-after']) : undefined
      if (location === undefined && !failure) return response
      response.destroy()
      if (failure) throw new Broken(failure)
      const next = parseWebAddress(location ?? '', rules, target.url)
      if (!next) throw new Broken(refused)
      target = next
    }
    throw new Broken(unavailable)
  }

  return {
    async get<T>(text: string, limits: DownloadLimits, take: (content: AsyncIterable<Uint8Array>) => Promise<T>) {
      const target = parseWebAddress(text, rules)
      if (!target) return err(refused)
      const deadline = new AbortController()
      const timer = setTimeout(() => deadline.abort(), limits.time)
      let response: IncomingMessage | undefined
      try {
        response = await follow(target, deadline.signal)
        return ok(await take(counted(response, limits.bytes)))
      } catch (error) {
        if (error instanceof Broken) return err(error.failure)
        // The name could not be looked up.
        if (response === undefined) return err(unavailable)
        throw error
      } finally {
        clearTimeout(timer)
        response?.destroy()
      }
    },
  }
}
