/** What stands where something must not be read. */
export const redacted = '[redacted]'

const secretName =
  /token|secret|password|passwd|passphrase|authorization|signature|cookie|credential|apikey|privatekey|encryptionkey|authcode/
const secretNames = new Set(['code', 'state', 'content', 'text', 'body', 'messagetext'])

/** Does a field of this name hold a secret, or what people wrote to each other? Knows snake_case, camelCase and header names. */
export const isSecretName = (name: string): boolean => {
  const letters = name.toLowerCase().replace(/[^a-z]/g, '')
  return secretNames.has(letters) || secretName.test(letters)
}

/** Our own error codes are words with a dot (`channel.rejected`); the code of an OAuth grant never is. */
export const isErrorCode = (name: string, value: unknown): boolean =>
  name === 'code' && typeof value === 'string' && /^[a-z][a-z_]{0,30}\.[a-z][a-z_]{0,30}$/.test(value)

const names =
  '(?:token|secret|password|passwd|passphrase|authorization|signature|cookie|credentials?|(?:api|private|encryption)[_-]?key|auth_code)[\\w-]*'
const writings = '(?:content|text|body|message_text|code|state)'

/** Nothing unbounded stands before the first fixed word of a pattern, so that a long text costs no more than its length. */
const patterns: readonly (readonly [RegExp, string])[] = [
  // scheme://user:password@host, also where the password was not encoded
  [/(:\/\/[^\s:/@"'<>]*):(?!\d+[/?#\s])[^\s"'<>]*@/g, `$1:${redacted}@`],
  // Authorization: Basic …, Cookie: …
  [/\b((?:proxy-)?authorization|(?:set-)?cookie|api_access_token)(: ?)(?=[^\s"'])[^\r\n]*/gi, `$1$2${redacted}`],
  // JSON.parse quotes what it could not read
  [/, (?:\.\.\.)?"[\s\S]{0,200}"(?:\.\.\.)? is not valid JSON/g, `, ${redacted} is not valid JSON`],
  // JSON in a text in JSON: \"access_token\":\"…\"
  [new RegExp(`(${names}\\\\"\\s*:\\s*\\\\")(?:(?!\\\\"\\s*(?:[,}\\]]|$)).)*`, 'gis'), `$1${redacted}`],
  [new RegExp(`(\\\\"${writings}\\\\"\\s*:\\s*\\\\")(?:(?!\\\\"\\s*(?:[,}\\]]|$)).)*`, 'gis'), `$1${redacted}`],
  // JSON and what util.inspect prints: "access_token":"…", token: '…'
  [new RegExp(`(${names}["']?\\s*:\\s*)(["'\`])(?:(?!\\2)[^\\\\]|\\\\.)*`, 'gis'), `$1$2${redacted}`],
  [new RegExp(`(\\b${writings}["']?\\s*:\\s*)(["'\`])(?:(?!\\2)[^\\\\]|\\\\.)*`, 'gis'), `$1$2${redacted}`],
  // queries and forms, also encoded once
  [new RegExp(`(${names}(?:=|%3D)["']?)[^\\s&"'<>]+`, 'gi'), `$1${redacted}`],
  [/((?:^|[?&;\s]|%3F|%26)(?:code|state)(?:=|%3D))[^\s&"'<>]+/gi, `$1${redacted}`],
  [/\b(bearer )\s*[^\s"'<>,;[]+/gi, `$1${redacted}`],
  [/\b(sha(?:1|256|512)=)[\w+/=-]+/gi, `$1${redacted}`],
  // tokens by their shape: ours, Standard Webhooks', Instagram's, Facebook's, JWTs
  [/(?<![A-Za-z0-9])(dvc_|whsec_)[\w+/=-]+/g, `$1${redacted}`],
  [/(?<![A-Za-z0-9])(IGAA|IGQ|EAA)[\w-]{8,}/g, `$1${redacted}`],
  [/(?<![A-Za-z0-9])eyJ[\w-]{8,}\.[\w-]+(?:\.[\w-]*)*/g, redacted],
]

/** Longer texts are cut. */
export const maxText = 4000

/** A token that begins before the cut is still whole enough here to be known by its shape. */
const lookahead = 500

/** The text without what looks like a secret in it, and not too long. */
export const maskText = (text: string, limit: number = maxText): string => {
  const masked = patterns.reduce((rest, [pattern, mark]) => rest.replace(pattern, mark), text.slice(0, limit + lookahead))
  return masked.length <= limit ? masked : `${masked.slice(0, limit)}… (${text.length} characters)`
}
