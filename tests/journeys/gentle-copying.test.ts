import { availableParallelism } from 'node:os'
import { expect, onTestFinished, test } from 'vitest'
import { freshPostgresUrl } from '../support/databases.ts'
import { serve } from '../support/serve.ts'
import { connectedBusiness, eventually, listConversations, listMessages, type System, startSystem } from '../support/system.ts'

const count = 4
const size = 6 * 1024 * 1024

/** How long (ms) all of them take at least where they come as gently as ADR 30 says. */
const gently = (count * size * 1000) / (8 * 1024 * 1024 * availableParallelism())

/** Gives a picture to whoever asks; tells when it was first asked, by performance.now(). */
const servePictures = async () => {
  let askedAt: number | undefined
  const picture = Buffer.concat([Buffer.from([0xff, 0xd8, 0xff]), Buffer.alloc(size - 3)])
  const url = await serve((_, response) => {
    askedAt ??= performance.now()
    response.end(picture)
  })
  return { askedAt: () => askedAt, url }
}

const areStored = async (system: System): Promise<boolean> => {
  const [conversation] = await listConversations(system)
  const messages = conversation ? await listMessages(system, conversation.id) : []
  const states = messages.flatMap(({ attachments = [] }) => attachments.map(({ media_state }) => media_state))
  return states.length === count && states.every((state) => state === 'stored')
}

/** Requests come in, a hundred a second, until the test ends or `stop` is called. */
const keepBusy = (system: System) => {
  const answers: Promise<Response>[] = []
  const timer = setInterval(() => answers.push(system.webhook({ object: 'instagram', entry: [] })), 10)
  const stop = async (): Promise<void> => {
    clearInterval(timer)
    await Promise.all(answers)
  }
  onTestFinished(() => clearInterval(timer))
  return { stop }
}

test.skipIf(availableParallelism() > 8)('while others write, pictures come gently', async () => {
  const stack = new AsyncDisposableStack()
  onTestFinished(() => stack.disposeAsync())
  const database = stack.use(await freshPostgresUrl())
  const system = stack.use(await startSystem({ databaseUrl: database.url }))
  const { customer } = await connectedBusiness(system)
  const { askedAt, url } = await servePictures()
  const others = keepBusy(system)
  const attachments = Array.from({ length: count }, (_, n) => ({ type: 'image', url: `${url}/${n}.jpg` }))
  await system.instagram.write(customer.igsid, { attachments })
  await eventually(() => areStored(system), 'storing the pictures')
  const took = performance.now() - (askedAt() ?? Number.NaN)
  await others.stop()
  expect(took).toBeGreaterThan(gently / 2)
})
