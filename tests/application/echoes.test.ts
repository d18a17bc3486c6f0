import { describe, expect, test } from 'vitest'
import { err, ok } from '#domain/shared/result.ts'
import { fc } from '../support/properties.ts'
import { type Application, happening, received, startApplication } from './support.ts'

interface Scene {
  /** Texts that the agent sends, or a picture; the same may come twice. */
  readonly sends: readonly string[]
  /** Texts that are typed in the provider's app meanwhile. */
  readonly typed: readonly string[]
  /** For each send: does the answer of the call come, or is it lost? */
  readonly answered: readonly boolean[]
}

/** Stands for a message that is a picture and has no words. */
const picture = '<picture>'

const scenes: fc.Arbitrary<Scene> = fc.record({
  sends: fc.array(fc.constantFrom('yes', 'no', picture), { minLength: 1, maxLength: 3 }),
  typed: fc.array(fc.constantFrom('yes', 'maybe', picture), { maxLength: 2 }),
  answered: fc.array(fc.boolean(), { minLength: 3, maxLength: 3 }),
})

/** What the provider has, in the order in which it took it. */
interface AtProvider {
  readonly mid: string
  readonly text: string
}

const echo = ({ mid, text }: AtProvider, at: number) => {
  const attachments = [{ type: 'image', url: `https://cdn.test/${mid}.png`, title: null, meta: {} }]
  const payload = text === picture ? { ...received(mid, ''), text: null, attachments } : received(mid, text)
  return happening({ kind: 'message-echoed', payload }, at)
}

const fileOf = (id: number) => ({ id, name: 'a.png', contentType: 'image/png', size: 3, digest: 'd' })

const conversationOf = ({ world }: Application) => {
  const [conversation] = world.state().conversations.values()
  if (!conversation) throw new Error('There is no conversation.')
  return conversation
}

/** Plays a scene in the order that the scheduler chooses: calls, their answers, and echoes overtake each other. */
const play = async (scene: Scene, scheduler: fc.Scheduler) => {
  const provider: AtProvider[] = []
  const pending: Promise<void>[] = []
  let calls = 0
  const take = (text: string): AtProvider => {
    const taken = { mid: `mid-${provider.length + 1}`, text }
    provider.push(taken)
    pending.push(
      scheduler.schedule(Promise.resolve(), `echo ${taken.mid}`).then(() => application.receive(echo(taken, application.time.now++))),
    )
    return taken
  }
  const application: Application = await startApplication(async (part) => {
    const text = part.kind === 'text' ? part.text : picture
    const answered = scene.answered[calls++]
    const { mid } = take(text)
    await scheduler.schedule(Promise.resolve(), `answer ${mid}`)
    return answered ? ok({ externalId: mid }) : err({ code: 'channel.uncertain', detail: { message: 'no answer' } })
  })
  await application.receive(happening({ kind: 'message-received', payload: received('mid-0', 'hello') }, application.time.now++))
  const { accountId, inboxId, id: conversationId, displayId } = conversationOf(application)
  for (const [n, said] of scene.sends.entries()) {
    const what = said === picture ? { content: '', files: [fileOf(1_000_000 + n)] } : { content: said }
    await application.sendMessage({ accountId, displayId, author: { kind: 'user', id: 1 }, private: false, contentAttributes: {}, ...what })
  }
  for (const text of scene.typed) pending.push(scheduler.schedule(Promise.resolve(), `typed ${text}`).then(() => void take(text)))
  const deliver = async () => {
    // An uncertain part holds the others back for a while: time passes until all were sent.
    for (let n = 0; n < 5; n++, application.time.now += 31_000)
      await application.deliverConversation({ accountId, inboxId, conversationId })
  }
  pending.push(deliver())
  const settleAll = async () => {
    for (let settled = 0; settled < pending.length; ) {
      settled = pending.length
      await Promise.all(pending)
    }
  }
  await scheduler.waitFor(settleAll())
  return { application, provider }
}

describe('echoes of our own messages', () => {
  test('whatever overtakes what, each message at the provider is one row', { timeout: 120_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(scenes, fc.scheduler(), async (scene, scheduler) => {
        const { application, provider } = await play(scene, scheduler)
        const { messages, parts, attachments } = application.world.state()
        const outgoing = [...messages.values()].filter((message) => message.type === 'outgoing')
        expect(outgoing.map((message) => message.content ?? picture).sort()).toEqual(provider.map(({ text }) => text).sort())
        const pictures = outgoing.filter((message) => message.content === null).map(({ id }) => id)
        expect([...attachments.values()].map(({ messageId }) => messageId).toSorted()).toEqual(pictures.toSorted())
        const known = [...parts.values()].map((part) => part.externalId).filter((id) => id !== 'mid-0')
        expect(known.toSorted()).toEqual(provider.map(({ mid }) => mid).sort())
      }),
      { numRuns: 2000 },
    )
  })
})
