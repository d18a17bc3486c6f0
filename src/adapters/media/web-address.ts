import { type AddressKind, addressKind } from '#application/addresses.ts'

/** Where downloads and posts may go. */
export interface NetworkRules {
  readonly schemes: ReadonlySet<string>
  /** Undefined: any. */
  readonly ports: ReadonlySet<number> | undefined
  readonly kinds: ReadonlySet<AddressKind>
}

export const publicNetwork: NetworkRules = {
  schemes: new Set(['https:']),
  ports: new Set([443, 8443]),
  kinds: new Set<AddressKind>(['public']),
}

/** Where an administrator may have us call: their software listens on any port. */
export const publicWebhooks: NetworkRules = { ...publicNetwork, ports: undefined }

/** For tests and intranets: the own network too, without encryption, on any port. */
export const anyNetwork: NetworkRules = {
  schemes: new Set(['https:', 'http:']),
  ports: undefined,
  kinds: new Set<AddressKind>(['public', 'private']),
}

export interface WebAddress {
  readonly url: URL
  /** Without the brackets of IPv6. */
  readonly hostname: string
  readonly port: number
}

/** An address that the rules allow as far as it is written; what its name leads to is for whoever looks it up. */
export const parseWebAddress = (text: string, rules: NetworkRules, base?: URL): WebAddress | undefined => {
  if (text.length > 8192 || !URL.canParse(text, base?.href)) return undefined
  const url = new URL(text, base?.href)
  const port = url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : Number(url.port)
  const hostname = url.hostname.replace(/^\[|\]$/g, '')
  if (!rules.schemes.has(url.protocol) || url.username !== '' || url.password !== '' || hostname === '') return undefined
  if (rules.ports && !rules.ports.has(port)) return undefined
  const kind = addressKind(hostname)
  return kind === undefined || rules.kinds.has(kind) ? { url, hostname, port } : undefined
}
