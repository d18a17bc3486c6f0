import { writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { type Bucket, createR2Store } from '../../src/adapters/media/r2.ts'
import { mediaKey } from '../../src/domain/media/media-key.ts'
import { describeMediaStore, keysOf } from '../adapters/media/media-store.contract.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

/** What we use of wrangler, which is not installed where nobody tests the runtimes. */
interface Wrangler {
  getPlatformProxy(options: {
    readonly configPath: string
    readonly persist: false
    readonly envFiles: readonly string[]
  }): Promise<{ readonly env: { readonly MEDIA: Bucket }; dispose(): Promise<void> }>
}

const config = `
name = "bucket"
compatibility_date = "2026-10-01"
[[r2_buckets]]
binding = "MEDIA"
bucket_name = "media"
`

/** Workers' own bucket, as workerd has it on this machine. */
const stack = new AsyncDisposableStack()
let bucket: Bucket

beforeAll(async () => {
  const folder = stack.use(temporaryFolder(tmpdir()))
  const configPath = join(folder.path, 'wrangler.toml')
  writeFileSync(configPath, config)
  const { getPlatformProxy } = createRequire(import.meta.url)('wrangler') as Wrangler
  const { env, dispose } = await getPlatformProxy({ configPath, persist: false, envFiles: [] })
  stack.defer(dispose)
  bucket = env.MEDIA
})
afterAll(() => stack.disposeAsync())

beforeEach(async () => {
  const { objects } = await bucket.list({ prefix: '' })
  if (objects.length > 0) await bucket.delete(objects.map(({ key }) => key))
})

describeMediaStore('a bucket of workerd', () => createR2Store(bucket))

test('more files than one answer lists are all listed, and removed', { timeout: 600_000 }, async () => {
  const store = createR2Store(bucket)
  const keys = Array.from({ length: 1001 }, (_, n) => mediaKey(1, 'attachments', n + 1))
  const putEvery = async (nth: number): Promise<void> => {
    for (const [n, key] of keys.entries()) if (n % 8 === nth) await bucket.put(key, new Uint8Array([n % 256]))
  }
  await Promise.all(Array.from({ length: 8 }, (_, nth) => putEvery(nth)))
  expect(await keysOf(store)).toEqual(keys.toSorted())
  await store.remove(keys)
  expect(await keysOf(store)).toEqual([])
})
