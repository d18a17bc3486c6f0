import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { md5 } from '../../../src/adapters/crypto/md5.ts'
import { createMediaLinks } from '../../../src/adapters/crypto/media-links.ts'
import { createUploadIds } from '../../../src/adapters/crypto/upload-ids.ts'

const [old, young] = [new Uint8Array(32).fill(1), new Uint8Array(32).fill(2)]
const base = 'https://dove.test'
const upload = { accountId: 1, id: 12 }
const last = (address: string): string => address.split('/').at(-1) ?? ''

test('an id is read in its own account alone, under any key that the installation still has', async () => {
  const ids = createUploadIds([young], base)
  const text = await ids.sign(upload)
  expect(text).toMatch(/^12\.[\w-]{22}$/)
  expect(await ids.read(1, text)).toBe(12)
  expect(await ids.read(2, text)).toBeUndefined()
  expect(await createUploadIds([old, young], base).read(1, text)).toBe(12)
  expect(await createUploadIds([old], base).read(1, text)).toBeUndefined()
})

test('nothing else is an id', async () => {
  const ids = createUploadIds([young], base)
  const [, signature = ''] = (await ids.sign(upload)).split('.')
  const changed = `${signature.startsWith('A') ? 'B' : 'A'}${signature.slice(1)}`
  const others = ['', '.', '12', '12.', `12.${changed}`, `13.${signature}`, `012.${signature}`, `1e1.${signature}`, `12.${signature}A`]
  for (const text of [
    ...others,
    `12.${signature}.`,
    ` 12.${signature}`,
    `-12.${signature}`,
    `${'9'.repeat(20)}.${signature}`,
    `12.${signature}=`,
  ])
    expect(await ids.read(1, text)).toBeUndefined()
})

test('an address opens neither as an id nor as a file, and each is for one upload', async () => {
  const ids = createUploadIds([young], base)
  const address = await ids.address(upload)
  expect(address).toMatch(/^https:\/\/dove\.test\/uploads\/1\/12\/[\w-]{22}$/)
  expect(await ids.verify(upload, last(address))).toBe(true)
  expect(await ids.verify({ ...upload, id: 13 }, last(address))).toBe(false)
  expect(await ids.verify({ ...upload, accountId: 11 }, last(await ids.address({ accountId: 1, id: 112 })))).toBe(false)
  expect(await ids.read(1, `12.${last(address)}`)).toBeUndefined()
  expect(await ids.verify(upload, (await ids.sign(upload)).slice(3))).toBe(false)
  expect(await createMediaLinks([young], base).verify({ ...upload, kind: 'attachments' }, last(address))).toBe(false)
})

test('MD5 is that of all pieces', () => {
  const hash = md5()
  for (const piece of ['on', '', 'e']) hash.update(new TextEncoder().encode(piece))
  expect(hash.digest()).toBe(createHash('md5').update('one').digest('base64'))
})
