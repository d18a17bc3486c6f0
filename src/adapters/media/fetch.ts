import { Broken, failureOf, mostHops, redirectOf, refused, tooLarge, unavailable } from '#adapters/media/broken.ts'
import { type NetworkRules, parseWebAddress, type WebAddress } from '#adapters/media/web-address.ts'
import type { DownloadLimits, Downloads } from '#application/ports/downloads.ts'
import { err, ok } from '#domain/shared/result.ts'

/** Names that lead nowhere public by what they are called. */
const insideNames = /(?:^|\.)(?:localhost|local|internal|intranet|lan|corp|home|home\.arpa|test|example|invalid|onion)\.?$/i

async function* counted(response: Response, most: number): AsyncGenerator<Uint8Array> {
  if (Number(response.headers.get('content-length') ?? 0) > most) throw new Broken(tooLarge)
  let size = 0
  try {
    for await (const chunk of response.body ?? []) {
      size += chunk.byteLength
      if (size > most) throw new Broken(tooLarge)
      yield chunk
    }
  } catch (cause) {
    throw cause instanceof Broken ? cause : new Broken(unavailable, cause)
  }
}

/**
 * Downloads by the platform's own `fetch`, for Workers, where nobody can look a name up and connect to what was found. Addresses and
 * the names of inner networks are refused as they are written; that a public name leads to a private address is the platform's to
 * refuse, and Cloudflare's does: what runs there is in nobody's network.
 */
export const createPlatformFetch = (rules: NetworkRules): Downloads => {
  const parse = (text: string, base?: URL): WebAddress => {
    const address = parseWebAddress(text, rules, base)
    if (!address || (!rules.kinds.has('private') && insideNames.test(address.hostname))) throw new Broken(refused)
    return address
  }

  const follow = async (text: string, signal: AbortSignal): Promise<Response> => {
    let target = parse(text)
    for (let hop = 0; hop < mostHops; hop++) {
      const headers = { accept: '*/*', 'accept-encoding': 'identity', 'user-agent': 'Dovecote' }
      const response = await fetch(target.url, { redirect: 'manual', signal, headers })
      const location = redirectOf(response.status, response.headers.get('location'))
      const failure = location === undefined ? failureOf(response.status, response.headers.get('retry-after')) : undefined
      if (location === undefined && !failure) return response
      await response.body?.cancel()
      if (failure) throw new Broken(failure)
      target = parse(location ?? '', target.url)
    }
    throw new Broken(unavailable)
  }

  return {
    async get<T>(text: string, limits: DownloadLimits, take: (content: AsyncIterable<Uint8Array>) => Promise<T>) {
      let response: Response | undefined
      const deadline = new AbortController()
      const timer = setTimeout(() => deadline.abort(), limits.time)
      try {
        response = await follow(text, deadline.signal)
        return ok(await take(counted(response, limits.bytes)))
      } catch (error) {
        if (error instanceof Broken) return err(error.failure)
        if (response === undefined) return err(unavailable)
        throw error
      } finally {
        clearTimeout(timer)
        deadline.abort()
      }
    },
  }
}
