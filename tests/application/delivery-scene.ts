import type { Channel } from '#application/ports/channel.ts'
import type { DeliveryError, Part } from '#application/ports/messages.ts'
import { change } from '../fakes/state.ts'
import { happening, received, startApplication } from './support.ts'

/** What became of one answer. */
export interface Standing {
  readonly state: Part['state']
  readonly status: string
  readonly error: DeliveryError | null
  readonly dueAt: number | null
}

/** What a test throws where the process is to die. */
export class Crash extends Error {}

/** An application whose jobs are worked off when the test says so, in a time that the test moves. */
export const startDelivery = async (...parts: Parameters<typeof startApplication>) => {
  const application = await startApplication(...parts)
  const { world, time, accountId, receive, sendMessage, deliverConversation, openInbox } = application

  /** Somebody writes to an account; answers the number of the conversation. */
  const meet = async (contactKey: string, accountKey?: string): Promise<number> => {
    const known = world.look(({ conversations }) => new Set(conversations.keys()))
    const text = received(`hello of ${contactKey}`, 'hello')
    await receive(happening({ kind: 'message-received', payload: text }, time.now, contactKey, accountKey))
    const fresh = world.look(({ conversations }) => [...conversations.values()].find(({ id }) => !known.has(id)))
    if (!fresh) throw new Error('No conversation came of it.')
    return fresh.displayId
  }

  const say = async (displayId: number, content: string): Promise<number> => {
    const author = { kind: 'user', id: 1 } as const
    const sent = await sendMessage({ accountId, displayId, author, content, private: false, contentAttributes: {} })
    if (!sent.ok) throw new Error(sent.error.code)
    return sent.value.messageId
  }

  const dueJobs = () =>
    world.look(({ jobs }) =>
      [...jobs].flatMap(([id, { job, state }]) =>
        state === 'waiting' && job.name === 'deliver-conversation' ? [{ id, payload: job.payload, at: job.at ?? 0 }] : [],
      ),
    )

  /** Runs the deliveries that are due, in the order of their times, until `until`; time stands there afterwards. */
  const work = async (until: number, deliver = deliverConversation): Promise<void> => {
    for (;;) {
      const [next] = dueJobs().toSorted((a, b) => a.at - b.at)
      if (!next || next.at > until) break
      time.now = Math.max(time.now, next.at)
      world.arrange((state) => change(state.jobs, next.id, { state: 'begun' }))
      await deliver(next.payload).catch((cause: unknown) => {
        if (!(cause instanceof Crash)) throw cause
        // The worker is gone, and the queue gives its job to another one.
        world.arrange((state) => change(state.jobs, next.id, { state: 'waiting' }))
      })
    }
    time.now = Math.max(time.now, until)
  }

  const standing = (messageId: number): Standing => {
    const { message, part } = world.look(({ messages, parts }) => ({
      message: messages.get(messageId),
      part: [...parts.values()].find((each) => each.messageId === messageId),
    }))
    if (!part || !message) throw new Error('There is no such message.')
    return { state: part.state, status: message.status, error: message.error, dueAt: part.dueAt }
  }

  return { ...application, meet, say, work, standing, openInbox }
}

export type Delivery = Awaited<ReturnType<typeof startDelivery>>

/** A provider that says what the test tells it to, and takes the rest. */
export const createProvider = () => {
  const taken: { readonly text: string; readonly account: string; readonly mid: string }[] = []
  const calls: { readonly text: string; readonly account: string }[] = []
  type Send = Parameters<typeof startApplication>[0]
  type Says = (text: string, account: string) => Awaited<ReturnType<Send>> | undefined
  const provider = { says: (() => undefined) as Says }
  const send: Send = async ({ text }, { channelKey }) => {
    calls.push({ text, account: channelKey })
    const no = provider.says(text, channelKey)
    if (no && !no.ok) return no
    const mid = `mid-${taken.length + 1}`
    taken.push({ text, account: channelKey, mid })
    return no ?? { ok: true, value: { externalId: mid } }
  }
  return Object.assign(provider, { send, taken, calls, texts: () => taken.map(({ text }) => text) })
}

export const windowOf = (standard: number): Partial<Channel> => ({ replyWindow: async () => ({ standard }) })
