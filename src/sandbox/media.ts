import { createHash } from 'node:crypto'
import { deflateSync } from 'node:zlib'

/** Small real files, so that whoever downloads an attachment or a profile picture gets something of the right type. */

export interface MediaFile {
  type: string
  bytes: Uint8Array<ArrayBuffer>
}

/** @param name `sample.png|wav|mp4|pdf`, or any `….png`: a square whose colour comes from its name */
export const mediaFile = (name: string): MediaFile | undefined => {
  if (name.endsWith('.png')) return { type: 'image/png', bytes: square(createHash('sha256').update(name).digest().subarray(0, 3)) }
  if (name === 'sample.wav') return { type: 'audio/wav', bytes: silence() }
  if (name === 'sample.mp4') return { type: 'video/mp4', bytes: emptyFilm() }
  if (name === 'sample.pdf') return { type: 'application/pdf', bytes: new Uint8Array(Buffer.from(PDF)) }
  return undefined
}

const SIDE = 96

const square = (colour: Uint8Array): Uint8Array<ArrayBuffer> => {
  const row = Buffer.concat([Buffer.from([0]), ...Array.from({ length: SIDE }, () => colour)])
  const header = Buffer.alloc(13)
  header.writeUInt32BE(SIDE, 0)
  header.writeUInt32BE(SIDE, 4)
  header.set([8, 2], 8)
  const pixels = deflateSync(Buffer.concat(Array.from({ length: SIDE }, () => row)))
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
  return new Uint8Array(Buffer.concat([signature, pngChunk('IHDR', header), pngChunk('IDAT', pixels), pngChunk('IEND', Buffer.alloc(0))]))
}

const pngChunk = (name: string, data: Buffer): Buffer => {
  const body = Buffer.concat([Buffer.from(name), data])
  const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)]
  length.writeUInt32BE(data.length)
  check.writeUInt32BE(crc32(body))
  return Buffer.concat([length, body, check])
}

/** Written out because `zlib.crc32` is not on every runtime. */
const crc32 = (bytes: Uint8Array): number => {
  let crc = ~0
  for (const byte of bytes) {
    crc ^= byte
    for (let bit = 0; bit < 8; bit += 1) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0)
  }
  return ~crc >>> 0
}

/** A tenth of a second, 8 kHz, 8 bit, mono. */
const silence = (): Uint8Array<ArrayBuffer> => {
  const samples = Buffer.alloc(800, 128)
  const header = Buffer.alloc(44)
  header.write('RIFF', 0)
  header.writeUInt32LE(36 + samples.length, 4)
  header.write('WAVEfmt ', 8)
  header.writeUInt32LE(16, 16)
  header.writeUInt16LE(1, 20)
  header.writeUInt16LE(1, 22)
  header.writeUInt32LE(8000, 24)
  header.writeUInt32LE(8000, 28)
  header.writeUInt16LE(1, 32)
  header.writeUInt16LE(8, 34)
  header.write('data', 36)
  header.writeUInt32LE(samples.length, 40)
  return new Uint8Array(Buffer.concat([header, samples]))
}

/** Just the boxes that say "MP4"; nothing to play. */
const emptyFilm = (): Uint8Array<ArrayBuffer> =>
  new Uint8Array(Buffer.from('00000018667479706d703432000000006d70343269736f6d000000086d646174', 'hex'))

const PDF = `%PDF-1.4
1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj
2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj
3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>>endobj
trailer<</Root 1 0 R>>
%%EOF
`
