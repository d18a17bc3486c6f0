import { expect, test } from 'vitest'
import type { ChannelEvent } from '#application/intake/channel-event.ts'
import { fc } from '../support/properties.ts'
import { happening, received, startApplication } from './support.ts'

const people = ['ann', 'bob', 'cem']
const start = 1_700_000_000_000

/** One thing that a person or the business does about the n-th message of a thread; times never tie. */
const happenings = (contact: string, steps: readonly string[]): ChannelEvent[] => {
  const messages: { mid: string; echo: boolean }[] = []
  return steps.flatMap((step, n) => {
    const at = start + n * 1000
    const tell = (told: Parameters<typeof happening>[0]) => [happening(told, at, contact)]
    const about = messages[n % Math.max(1, messages.length)]
    if (step === 'write' || step === 'answer' || !about) {
      const echo = step === 'answer'
      const mid = `${contact}-${n}`
      messages.push({ mid, echo })
      return tell({ kind: echo ? 'message-echoed' : 'message-received', payload: received(mid, `text ${n}`) })
    }
    const externalId = about.mid
    if (step === 'read') {
      const mine = messages.findLast((message) => message.echo)
      return mine ? tell({ kind: 'message-read', payload: { externalId: mine.mid } }) : []
    }
    if (step === 'edit') return tell({ kind: 'message-edited', payload: { externalId, text: `edited ${n}`, editNumber: n } })
    if (step === 'react')
      return tell({ kind: 'reaction-changed', payload: { externalId, emoji: n % 3 === 0 ? null : `e${n}`, by: 'contact' } })
    return tell({ kind: 'message-retracted', payload: { externalId } })
  })
}

/** What people see, without the numbers that the order of arrival gives. */
const seen = async (events: readonly (readonly ChannelEvent[])[]) => {
  const application = await startApplication(async () => {
    throw new Error('Nothing is sent here.')
  })
  for (const request of events) await application.receive(...request)
  const { messages, conversations, parts, contacts, attachments } = application.world.state()
  const mids = new Map([...parts.values()].map((part) => [part.messageId, part.externalId]))
  const strip = ({ id: _, conversationId: __, authorId: ___, ...row }: Record<string, unknown>) => row
  return {
    messages: [...messages.values()]
      .map((m) => ({ ...strip({ ...m }), mid: mids.get(m.id) }))
      .sort((a, b) => String(a.mid).localeCompare(String(b.mid))),
    conversations: [...conversations.values()]
      .map(({ status, startedAt, lastActivityAt, lastIncomingAt, lastReplyAt, firstReplyAt, waitingSince, readUntil, contactInboxId }) => ({
        ...{ status, startedAt, lastActivityAt, lastIncomingAt, lastReplyAt, firstReplyAt, waitingSince, readUntil },
        contact: application.world.state().contactInboxes.get(contactInboxId)?.sourceId,
      }))
      .sort((a, b) => String(a.contact).localeCompare(String(b.contact))),
    contacts: [...contacts.values()].map((c) => [c.name, c.lastActivityAt]).sort(),
    attachments: attachments.size,
  }
}

const step = fc.constantFrom('write', 'write', 'answer', 'read', 'edit', 'react', 'retract')

test('whatever the order of arrival, and however often each comes, people see the same', { timeout: 120_000 }, async () => {
  const threads = fc.tuple(...people.map(() => fc.array(step, { maxLength: 10 })))
  await fc.assert(
    fc.asyncProperty(
      threads.chain((lists) => {
        const all = people.flatMap((contact, n) => happenings(contact, ['write', ...(lists[n] ?? [])]))
        const often = fc.array(fc.integer({ min: 1, max: 3 }), { minLength: all.length, maxLength: all.length })
        const shuffled = often.chain((counts) => {
          const repeated = all.flatMap((event, n) => Array.from({ length: counts[n] ?? 1 }, () => event))
          return fc.shuffledSubarray(repeated, { minLength: repeated.length, maxLength: repeated.length })
        })
        return fc.record({ inOrder: fc.constant(all), shuffled })
      }),
      async ({ inOrder, shuffled }) => {
        expect(await seen(shuffled.map((event) => [event]))).toEqual(await seen(inOrder.map((event) => [event])))
        expect(await seen([shuffled])).toEqual(await seen([inOrder]))
      },
    ),
    { numRuns: 150 },
  )
})
