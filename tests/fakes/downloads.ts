import type { DownloadFailure, Downloads } from '#application/ports/downloads.ts'
import { err, ok } from '#domain/shared/result.ts'

/** What lies at an address: content, why it does not come, or a promise of it. */
export type Lying = Uint8Array | DownloadFailure

/** A network of addresses that a test fills. `asked` is every address that was asked for. */
export const createFakeDownloads = () => {
  const places = new Map<string, Lying>()
  const asked: string[] = []
  const downloads: Downloads = {
    async get(url, { bytes }, take) {
      asked.push(url)
      const found = places.get(url) ?? { code: 'download.unavailable' }
      if (!(found instanceof Uint8Array)) return err(found)
      if (found.byteLength > bytes) return err({ code: 'download.too_large' })
      async function* content(file: Uint8Array): AsyncGenerator<Uint8Array> {
        for (let at = 0; at < file.byteLength; at += 100) yield file.subarray(at, at + 100)
      }
      return ok(await take(content(found)))
    },
  }
  return { downloads, places, asked }
}
