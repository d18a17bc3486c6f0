/** A web page: what comes where there should be a file when a link has ended, or was none to a file. */
export const pageType = 'text/html'
export const unknownType = 'application/octet-stream'

const ascii = (text: string): readonly number[] => [...text].map((character) => character.charCodeAt(0))

const startsWith = (bytes: Uint8Array, expected: readonly number[], at = 0): boolean => expected.every((byte, n) => bytes[at + n] === byte)

interface Signature {
  readonly type: string
  readonly starts: readonly number[]
  /** What also has to stand further on. */
  readonly then?: { readonly at: number; readonly is: readonly number[] }
}

const signature = (type: string, starts: readonly number[], then?: Signature['then']): Signature => ({
  type,
  starts,
  ...(then ? { then } : {}),
})

const ftyp = (type: string, brand: string) => ({ type, brand: ascii(brand) })

const signatures: readonly Signature[] = [
  signature('image/jpeg', [0xff, 0xd8, 0xff]),
  signature('image/png', [0x89, ...ascii('PNG\r\n'), 0x1a, 0x0a]),
  signature('image/gif', ascii('GIF8')),
  signature('image/webp', ascii('RIFF'), { at: 8, is: ascii('WEBP') }),
  signature('image/bmp', ascii('BM'), { at: 6, is: [0, 0, 0, 0] }),
  signature('image/tiff', [...ascii('II'), 0x2a, 0]),
  signature('image/tiff', [...ascii('MM'), 0, 0x2a]),
  signature('audio/wav', ascii('RIFF'), { at: 8, is: ascii('WAVE') }),
  signature('video/x-msvideo', ascii('RIFF'), { at: 8, is: ascii('AVI ') }),
  signature('audio/mpeg', ascii('ID3')),
  signature('audio/aac', [0xff, 0xf1]),
  signature('audio/aac', [0xff, 0xf9]),
  signature('audio/mpeg', [0xff, 0xfb]),
  signature('audio/mpeg', [0xff, 0xf3]),
  signature('audio/mpeg', [0xff, 0xf2]),
  signature('audio/flac', ascii('fLaC')),
  signature('audio/amr', ascii('#!AMR')),
  signature('audio/ogg', ascii('OggS'), { at: 28, is: ascii('OpusHead') }),
  signature('audio/ogg', ascii('OggS'), { at: 28, is: [1, ...ascii('vorbis')] }),
  signature('video/ogg', ascii('OggS')),
  signature('video/webm', [0x1a, 0x45, 0xdf, 0xa3]),
  signature('application/pdf', ascii('%PDF-')),
  signature('application/zip', [...ascii('PK'), 3, 4]),
  signature('application/gzip', [0x1f, 0x8b, 8]),
]

/** What an ISO base media file says that it is; any other is a film. */
const brands = [
  ftyp('image/heic', 'hei'),
  ftyp('image/heic', 'mif1'),
  ftyp('image/avif', 'avi'),
  ftyp('audio/mp4', 'M4A'),
  ftyp('video/quicktime', 'qt'),
  ftyp('video/3gpp', '3g'),
]

const markup = [
  [/^<\?xml[^>]*>\s*(?:<!--[\s\S]*?-->\s*)*(?:<!doctype svg[^>]*>\s*)?<svg[\s>]/i, 'image/svg+xml'],
  [/^(?:<!doctype svg[^>]*>\s*)?<svg[\s>]/i, 'image/svg+xml'],
  [/^<\?xml[\s?]/i, 'application/xml'],
  [/^<!doctype html|^<(?:html|head|body|title|script|style|meta|iframe|h1|div|font|table|a|p|br)[\s>/]/i, pageType],
] as const

/** Text that a browser would run or draw rather than show. */
const sniffMarkup = (bytes: Uint8Array): string | undefined => {
  let text = ''
  for (const byte of bytes.subarray(0, 1024)) if (byte !== 0) text += String.fromCharCode(byte)
  const begun = text.replace(/^(?:\xef\xbb\xbf|\xff\xfe|\xfe\xff)/, '').replace(/^(?:\s+|<!--[\s\S]*?-->)+/, '')
  return markup.find(([pattern]) => pattern.test(begun))?.[1]
}

/** What a file is by how it begins, whatever anybody said of it. */
export const contentTypeOf = (head: Uint8Array): string => {
  if (startsWith(head, ascii('ftyp'), 4)) return brands.find(({ brand }) => startsWith(head, brand, 8))?.type ?? 'video/mp4'
  const found = signatures.find(({ starts, then }) => startsWith(head, starts) && (!then || startsWith(head, then.is, then.at)))
  return found?.type ?? sniffMarkup(head) ?? unknownType
}

/** How many bytes `contentTypeOf` looks at. */
export const sniffedBytes = 1024

const extensions: Readonly<Record<string, string>> = {
  'image/jpeg': 'jpg',
  'image/png': 'png',
  'image/gif': 'gif',
  'image/webp': 'webp',
  'image/bmp': 'bmp',
  'image/tiff': 'tiff',
  'image/heic': 'heic',
  'image/avif': 'avif',
  'image/svg+xml': 'svg',
  'audio/wav': 'wav',
  'audio/mpeg': 'mp3',
  'audio/aac': 'aac',
  'audio/mp4': 'm4a',
  'audio/flac': 'flac',
  'audio/amr': 'amr',
  'audio/ogg': 'ogg',
  'audio/webm': 'weba',
  'video/mp4': 'mp4',
  'video/quicktime': 'mov',
  'video/3gpp': '3gp',
  'video/webm': 'webm',
  'video/ogg': 'ogv',
  'video/x-msvideo': 'avi',
  'application/pdf': 'pdf',
  'application/zip': 'zip',
  'application/gzip': 'gz',
  'application/xml': 'xml',
  'text/html': 'html',
}

/** Without a dot; null where none is usual. */
export const extensionOf = (contentType: string): string | null =>
  Object.hasOwn(extensions, contentType) ? (extensions[contentType] ?? null) : null

/** What a browser may show by itself: pictures that are only dots, sound and film. Anything else it saves. */
export const isShowable = (contentType: string): boolean => /^(?:image\/(?!svg)|audio\/|video\/)/.test(contentType)
