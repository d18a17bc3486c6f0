import { once } from 'node:events'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { constants, getPriority } from 'node:os'
import { join } from 'node:path'
import { MessageChannel, Worker } from 'node:worker_threads'
import { expect, onTestFinished, test } from 'vitest'
import { answerCopies, createCopyingThread } from '#adapters/media/copying-thread.ts'
import type { Copies, Place } from '#application/ports/copies.ts'
import { mediaKey } from '#domain/media/media-key.ts'
import { seconds } from '#domain/shared/instant.ts'
import { ok } from '#domain/shared/result.ts'
import type { CopyingData } from '../../../src/runtime/copying.ts'
import { serve } from '../../support/serve.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

const jpeg = Buffer.from([0xff, 0xd8, 0xff, ...Array.from({ length: 300_000 }, (_, n) => n % 251)])
const limits = { bytes: 1_000_000, time: seconds(20) }
const place: Place = { key: mediaKey(1, 'attachments', 7), fileType: 'image' }

/** A folder, and a server of one picture. */
const setUp = async () => {
  const folder = temporaryFolder()
  onTestFinished(() => folder[Symbol.dispose]())
  const url = await serve((request, response) => {
    if (request.url === '/1.jpg') response.end(jpeg)
    else response.writeHead(404).end()
  })
  return { dir: join(folder.path, 'media'), url }
}

const real = (workerData: CopyingData): Worker =>
  new Worker(new URL('../../../src/runtime/copying.ts', import.meta.url), { workerData, env: {} })

test('it looks and keeps, and hands back why something did not come', async () => {
  const { dir, url } = await setUp()
  await using copies = createCopyingThread(() => real({ folder: dir, allowPrivateNetwork: true }))
  const [there, kept, missing] = await Promise.all([
    copies.look(`${url}/1.jpg`, limits),
    copies.keep(`${url}/1.jpg`, limits, place),
    copies.keep(`${url}/2.jpg`, limits, { ...place, key: mediaKey(1, 'attachments', 8) }),
  ])
  expect(there).toEqual({ ok: true, value: null })
  expect(kept).toMatchObject({ ok: true, value: { is: 'kept', file: { size: jpeg.length, contentType: 'image/jpeg' } } })
  expect(missing).toEqual({ ok: false, error: { code: 'download.gone', status: 404 } })
  expect(readFileSync(join(dir, ...place.key.split('/'))).equals(jpeg)).toBe(true)
})

/** A thread that only says how it was asked. */
const echo = (): Worker =>
  new Worker(
    "const { parentPort } = require('node:worker_threads'); parentPort.on('message', (m) => parentPort.postMessage({ id: m.id, result: m }))",
    {
      eval: true,
    },
  )

test('what nobody waits for is asked for gently while others need the machine', async () => {
  let isBusy = false
  await using copies = createCopyingThread(echo, () => isBusy)
  const asked = (waits?: 'awaited') => copies.keep('https://a.example/1.jpg', limits, place, waits)
  expect(await asked()).toMatchObject({ gently: false })
  isBusy = true
  expect(await asked()).toMatchObject({ gently: true })
  expect(await asked('awaited')).toMatchObject({ gently: false })
})

test('what is asked for gently comes so', async () => {
  const { port1, port2 } = new MessageChannel()
  onTestFinished(() => port1.close())
  const saying = (size: number): Copies => ({
    look: async () => ok(null),
    keep: async () => ok({ is: 'kept', file: { size, digest: '', contentType: 'image/jpeg' } }),
  })
  answerCopies(port1, { full: saying(1), gentle: saying(2) })
  const ask = async (gently: boolean) => {
    port2.postMessage({ id: 1, task: { does: 'keep', url: 'https://a.example', limits, place }, gently })
    return once(port2, 'message')
  }
  expect(await ask(false)).toMatchObject([{ result: { value: { file: { size: 1 } } } }])
  expect(await ask(true)).toMatchObject([{ result: { value: { file: { size: 2 } } } }])
})

/** How much each thread of this process gives way to others, from -20 to 19, as proc_pid_stat(5) tells. */
const nices = (): number[] =>
  readdirSync('/proc/self/task').map((id) => Number(readFileSync(`/proc/self/task/${id}/stat`, 'utf8').split(') ')[1]?.split(' ')[16]))

test.runIf(process.platform === 'linux')('it gives way to those who wait to be answered', async () => {
  const { dir, url } = await setUp()
  const usual = getPriority()
  const giving = (): number[] => nices().filter((nice) => nice > usual)
  await expect.poll(giving).toEqual([])
  await using copies = createCopyingThread(() => real({ folder: dir, allowPrivateNetwork: true }))
  await copies.look(`${url}/1.jpg`, limits)
  // Nothing is below the lowest.
  expect(giving()).toHaveLength(usual < constants.priority.PRIORITY_LOW ? 1 : 0)
  expect(getPriority()).toBe(usual)
})

test('it keeps to the rules of the network', async () => {
  const { dir, url } = await setUp()
  await using copies = createCopyingThread(() => real({ folder: dir, allowPrivateNetwork: false }))
  expect(await copies.keep(`${url}/1.jpg`, limits, place)).toEqual({ ok: false, error: { code: 'download.refused' } })
})

test('what fails on our side is thrown, and the next file comes', async () => {
  const { dir, url } = await setUp()
  mkdirSync(dir, { recursive: true })
  writeFileSync(join(dir, '1'), 'in the way')
  await using copies = createCopyingThread(() => real({ folder: dir, allowPrivateNetwork: true }))
  await expect(copies.keep(`${url}/1.jpg`, limits, place)).rejects.toThrow(/EEXIST|ENOTDIR/)
  expect(await copies.keep(`${url}/1.jpg`, limits, { ...place, key: mediaKey(2, 'attachments', 7) })).toMatchObject({ ok: true })
})

test('a thread that ends takes only what it was at with it', async () => {
  const { dir, url } = await setUp()
  const broken = () => new Worker("require('node:worker_threads').parentPort.once('message', () => process.exit(1))", { eval: true })
  const threads = [broken, () => real({ folder: dir, allowPrivateNetwork: true })]
  await using copies = createCopyingThread(() => (threads.shift() ?? broken)())
  const lost = [copies.look(`${url}/1.jpg`, limits), copies.look(`${url}/1.jpg`, limits)]
  expect((await Promise.allSettled(lost)).map(({ status }) => status)).toEqual(['rejected', 'rejected'])
  expect(await copies.look(`${url}/1.jpg`, limits)).toEqual({ ok: true, value: null })
})

test('whoever disposes of it while it is at work is not left waiting', async () => {
  const { dir, url } = await setUp()
  const copies = createCopyingThread(() => real({ folder: dir, allowPrivateNetwork: true }))
  const lost = copies.keep(`${url}/1.jpg`, limits, place).catch((error: Error) => error.message)
  await copies[Symbol.asyncDispose]()
  expect(await lost).toBe('The thread that copies files has ended.')
})
