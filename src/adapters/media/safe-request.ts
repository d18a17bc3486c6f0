import { lookup } from 'node:dns/promises'
import { type IncomingMessage, request as plainRequest } from 'node:http'
import { request as secureRequest } from 'node:https'
import { Broken, refused, unavailable } from '#adapters/media/broken.ts'
import type { NetworkRules, WebAddress } from '#adapters/media/web-address.ts'
import { addressKind } from '#application/addresses.ts'

export interface Endpoint {
  readonly address: string
  readonly port: number
}

export interface SafeRequestOptions {
  readonly rules: NetworkRules
  /** The addresses of a name. */
  readonly resolve?: (hostname: string) => Promise<readonly string[]>
  /** Where to connect for an address that was checked: there, unless a test has it elsewhere. */
  readonly dial?: (checked: Endpoint) => Endpoint
  /** Certificates to trust beside the system's. */
  readonly ca?: string
}

/** What is asked. */
export interface Question {
  readonly method: 'GET' | 'POST'
  readonly headers: Readonly<Record<string, string>>
  readonly body?: Uint8Array
}

/** Asks one address; throws `Broken` where nobody may be asked there, or nobody answers before the signal. */
export type SafeRequest = (target: WebAddress, question: Question, signal: AbortSignal) => Promise<IncomingMessage>

const mostAddresses = 3

const lookUp = async (hostname: string): Promise<readonly string[]> =>
  (await lookup(hostname, { all: true, order: 'ipv4first' })).map(({ address }) => address)

interface Call extends Question {
  readonly target: WebAddress
  readonly endpoint: Endpoint
  readonly ca: string | undefined
}

/** One request to this very endpoint; the name only goes into the header and, with TLS, into what the certificate has to prove. */
const ask = ({ target, endpoint, ca, method, headers, body }: Call, signal: AbortSignal): Promise<IncomingMessage> =>
  new Promise((resolve, reject) => {
    const isSecure = target.url.protocol === 'https:'
    const path = `${target.url.pathname}${target.url.search}`
    const length = body ? { 'content-length': String(body.byteLength) } : {}
    const named = addressKind(target.hostname) === undefined ? { servername: target.hostname } : {}
    const common = {
      host: endpoint.address,
      port: endpoint.port,
      path,
      method,
      headers: { host: target.url.host, 'user-agent': 'Dovecote', ...headers, ...length },
      agent: false as const,
    }
    const request = isSecure ? secureRequest({ ...common, ...named, ...(ca === undefined ? {} : { ca }) }) : plainRequest(common)
    const giveUp = (): void => void request.destroy(new Error('It took too long.'))
    signal.addEventListener('abort', giveUp, { once: true })
    request.once('close', () => signal.removeEventListener('abort', giveUp))
    request.on('error', reject)
    request.once('response', (response) => resolve(response.on('error', () => {})))
    if (signal.aborted) giveUp()
    request.end(body)
  })

const untilAborted = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Broken(unavailable)), { once: true }))

/**
 * Requests that no address leads astray. A name is looked up once, every address that it has is checked, and the connection goes to a
 * checked address and not to the name again.
 */
export const createSafeRequest = ({ rules, resolve = lookUp, dial = (checked) => checked, ca }: SafeRequestOptions): SafeRequest => {
  const addressesOf = async ({ hostname }: WebAddress, signal: AbortSignal): Promise<readonly string[]> => {
    if (addressKind(hostname) !== undefined) return [hostname]
    const found = await Promise.race([resolve(hostname), untilAborted(signal)])
    const isAllowed = (address: string): boolean => rules.kinds.has(addressKind(address) ?? 'never')
    if (!found.every(isAllowed)) throw new Broken(refused)
    return found.slice(0, mostAddresses)
  }

  return async (target, question, signal) => {
    let failed: unknown
    for (const address of await addressesOf(target, signal)) {
      try {
        return await ask({ ...question, target, endpoint: dial({ address, port: target.port }), ca }, signal)
      } catch (cause) {
        failed = cause
        if (signal.aborted) break
      }
    }
    throw new Broken(unavailable, failed)
  }
}
