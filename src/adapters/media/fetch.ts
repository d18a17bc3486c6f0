import { type Answer, createDownloads } from '#adapters/media/follow.ts'
import { answerOf, createPosts } from '#adapters/media/posts.ts'
import { type NetworkRules, parseWebAddress, type WebAddress } from '#adapters/media/web-address.ts'
import type { Downloads } from '#application/ports/downloads.ts'
import type { Posts } from '#application/ports/posts.ts'

/** Names that lead nowhere public by what they are called. */
const insideNames = /(?:^|\.)(?:localhost|local|internal|intranet|lan|corp|home|home\.arpa|test|example|invalid|onion)\.?$/i

const ask = async ({ url }: WebAddress, signal: AbortSignal): Promise<Answer> => {
  const ended = new AbortController()
  const headers = { accept: '*/*', 'accept-encoding': 'identity', 'user-agent': 'Dovecote' }
  const response = await fetch(url, { redirect: 'manual', signal: AbortSignal.any([signal, ended.signal]), headers })
  return {
    status: response.status,
    header: (name) => response.headers.get(name),
    content: () => response.body ?? [],
    discard: () => ended.abort(),
  }
}

const parseBy =
  (rules: NetworkRules) =>
  (text: string, base?: URL): WebAddress | undefined => {
    const address = parseWebAddress(text, rules, base)
    return address && (rules.kinds.has('private') || !insideNames.test(address.hostname)) ? address : undefined
  }

/**
 * Downloads by the platform's own `fetch`, for Workers, where nobody can look a name up and connect to what was found. Addresses and
 * the names of inner networks are refused as they are written; that a public name leads to a private address is the platform's to
 * refuse, and Cloudflare's does: what runs there is in nobody's network.
 */
export const createPlatformFetch = (rules: NetworkRules): Downloads => createDownloads({ parse: parseBy(rules), ask })

/** Posts in the same way. */
export const createPlatformPosts = (rules: NetworkRules): Posts =>
  createPosts({
    parse: parseBy(rules),
    async send({ url }, { headers, body }, signal) {
      const asked = { method: 'POST', redirect: 'manual', signal, headers: { 'user-agent': 'Dovecote', ...headers } } as const
      const response = await fetch(url, { ...asked, body: new Uint8Array(body) })
      await response.body?.cancel()
      return answerOf(response.status, (name) => response.headers.get(name))
    },
  })
