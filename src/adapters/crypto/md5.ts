import { createHash } from 'node:crypto'
import type { Md5 } from '#application/ports/md5.ts'

/** By node:crypto, which all four runtimes have; WebCrypto knows no MD5. */
export const md5: Md5 = () => {
  const hash = createHash('md5')
  return { update: (bytes) => void hash.update(bytes), digest: () => hash.digest('base64') }
}
