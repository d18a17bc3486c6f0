import { mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { createDiskStore } from '#adapters/media/disk.ts'
import { createR2Store } from '#adapters/media/r2.ts'
import { mediaKey } from '#domain/media/media-key.ts'
import { createFakeBucket } from '../../fakes/bucket.ts'
import { createFakeMediaStore } from '../../fakes/media-store.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'
import { describeMediaStore, keysOf } from './media-store.contract.ts'

const folder = (): string => {
  const made = temporaryFolder()
  onTestFinished(() => made[Symbol.dispose]())
  return join(made.path, 'media')
}

describeMediaStore('a folder', () => createDiskStore(folder()))
describeMediaStore('a bucket', () => createR2Store(createFakeBucket()))
describeMediaStore('a bucket that lists a file at a time', () => createR2Store(createFakeBucket(1)))
describeMediaStore('the fake', createFakeMediaStore)

async function* text(content: string): AsyncGenerator<Uint8Array> {
  yield new TextEncoder().encode(content)
}

it('the folder is for its owner alone, and no draft stays in it', async () => {
  const root = folder()
  const store = createDiskStore(root)
  await store.put(mediaKey(1, 'attachments', 1), text('private'))
  expect(statSync(join(root, '1', 'attachments', '1')).mode & 0o777).toBe(0o600)
  expect(statSync(join(root, '1')).mode & 0o777).toBe(0o700)
  expect(readdirSync(join(root, '.drafts'))).toEqual([])
})

it('removes from a bucket in calls as large as it takes', async () => {
  const [bucket, keys] = [createFakeBucket(), Array.from({ length: 2001 }, (_, n) => mediaKey(1, 'attachments', n + 1))]
  for (const key of keys) await bucket.put(key, new Uint8Array(1))
  const store = createR2Store(bucket)
  expect(await keysOf(store)).toHaveLength(2001)
  await store.remove(keys)
  expect(await keysOf(store)).toEqual([])
})

it('does not list what somebody else put into the folder', async () => {
  const root = folder()
  const store = createDiskStore(root)
  await store.put(mediaKey(1, 'attachments', 1), text('ours'))
  mkdirSync(join(root, 'lost+found', 'x'), { recursive: true })
  writeFileSync(join(root, 'README'), 'theirs')
  writeFileSync(join(root, '1', 'attachments', '.hidden'), 'theirs')
  expect(await keysOf(store)).toEqual(['1/attachments/1'])
})
