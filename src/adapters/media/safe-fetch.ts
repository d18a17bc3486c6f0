import { lookup } from 'node:dns/promises'
import { type IncomingMessage, request as plainRequest } from 'node:http'
import { request as secureRequest } from 'node:https'
import { pipeline, type Readable, type Transform } from 'node:stream'
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib'
import { addressKind } from '#adapters/media/addresses.ts'
import { Broken, refused, unavailable } from '#adapters/media/broken.ts'
import { createDownloads } from '#adapters/media/follow.ts'
import { type NetworkRules, parseWebAddress, type WebAddress } from '#adapters/media/web-address.ts'
import type { Downloads } from '#application/ports/downloads.ts'

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

async function* contentOf(response: IncomingMessage): AsyncGenerator<Uint8Array> {
  yield* unpacked(response) as AsyncIterable<Buffer>
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

  return createDownloads({
    parse: (text, base) => parseWebAddress(text, rules, base),
    async ask(target, signal) {
      const response = await connect(target, signal)
      return {
        status: response.statusCode ?? 0,
        header: (name) => response.headers[name],
        content: () => contentOf(response),
        discard: () => void response.destroy(),
      }
    },
  })
}
