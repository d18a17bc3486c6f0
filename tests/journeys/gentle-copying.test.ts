import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { availableParallelism } from 'node:os'
import { expect, onTestFinished, test } from 'vitest'
import { freshPostgresUrl } from '../support/databases.ts'
import { connectedBusiness, eventually, listConversations, listMessages, type System, startSystem } from '../support/system.ts'

const size = 24 * 1024 * 1024
/** What ADR 30 promises to those who wait to be answered, bytes a second. */
const gentle = 8 * 1024 * 1024 * availableParallelism()

/** Gives a picture to whoever asks, and tells how long (ms) each took to take it. */
const serveOnePicture = async () => {
  const took: number[] = []
  const picture = Buffer.concat([Buffer.from([0xff, 0xd8, 0xff]), Buffer.alloc(size - 3)])
  const server = createServer((_, response) => {
    const startedAt = performance.now()
    response.once('finish', () => took.push(performance.now() - startedAt))
    response.end(picture)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.close()
    server.closeAllConnections()
  })
  return { took, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/a.jpg` }
}

const isStored = async (system: System): Promise<boolean> => {
  const [conversation] = await listConversations(system)
  const messages = conversation ? await listMessages(system, conversation.id) : []
  return messages.some(({ attachments = [] }) => attachments.some(({ media_state }) => media_state === 'stored'))
}

test('while others write, a picture comes gently', async () => {
  const stack = new AsyncDisposableStack()
  onTestFinished(() => stack.disposeAsync())
  const database = stack.use(await freshPostgresUrl())
  const system = stack.use(await startSystem({ databaseUrl: database.url }))
  const { customer } = await connectedBusiness(system)
  const { took, url } = await serveOnePicture()
  let stored = false
  const others = (async () => {
    while (!stored) await Promise.all(Array.from({ length: 8 }, () => system.webhook({ object: 'instagram', entry: [] })))
  })()
  await system.instagram.write(customer.igsid, { attachments: [{ type: 'image', url }] })
  await eventually(() => isStored(system), 'storing the picture').finally(() => {
    stored = true
  })
  await others
  expect(took).toHaveLength(1)
  // The last of it waits in the sockets' buffers, some MiB of it.
  expect(took[0]).toBeGreaterThan((((size * 2) / 3) * 1000) / gentle)
})
