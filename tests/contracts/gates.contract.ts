import { expect, test } from 'vitest'
import { askPassage, reportCall } from '#application/inboxes/provider-gates.ts'
import type { Conversation } from '#application/ports/conversations.ts'
import type { GateKey } from '#application/ports/gates.ts'
import type { Tx } from '#application/ports/unit-of-work.ts'
import { type Gate, openGate, probeTime } from '#domain/inbox/gate.ts'
import { ok } from '#domain/shared/result.ts'
import { commit, converse, fresh, noon, openOffice, outgoing, textPart } from './scenario.ts'
import { type OpenSubject, shared } from './subject.ts'

const freshKey = (): GateKey => `channel:${fresh('channel')}`
const asked: Gate = { failures: 3, shut: { until: noon, because: 'asked' } }
const down: Gate = { failures: 7, shut: { until: noon + 1, because: 'down' } }

export const gatesContract = (open: OpenSubject): void => {
  const subject = shared(open)
  const run = <T>(work: (tx: Tx) => Promise<T>): Promise<T> => commit(subject().unitOfWork, work)

  test('one that nobody touched is open, and stays so when it was only looked at', async () => {
    const keys = [freshKey(), freshKey()]
    expect(await run((tx) => tx.gates.read(keys))).toEqual([openGate, openGate])
    expect(await run((tx) => tx.gates.lock(keys))).toEqual([openGate, openGate])
    expect(await run((tx) => tx.gates.read(keys))).toEqual([openGate, openGate])
    expect(await run((tx) => tx.gates.read([]))).toEqual([])
  })

  test('they are told as they were saved last, in the order in which they are asked for', async () => {
    const [one, two] = [freshKey(), freshKey()]
    await run((tx) => tx.gates.save(one, down))
    await run((tx) => tx.gates.save(two, asked))
    await run((tx) => tx.gates.save(one, asked))
    await run((tx) => tx.gates.save(two, down))
    expect(await run((tx) => tx.gates.read([two, freshKey(), one]))).toEqual([down, openGate, asked])
    expect(await run((tx) => tx.gates.lock([two, one]))).toEqual([down, asked])
    await run((tx) => tx.gates.save(one, openGate))
    expect(await run((tx) => tx.gates.read([one]))).toEqual([openGate])
  })

  test('of 20 that come at once after a pause one may try, and once it was answered all may pass', async () => {
    const inbox = { inboxId: 1, channel: fresh('channel') }
    await run((tx) => tx.gates.save(`channel:${inbox.channel}`, down))
    const askAll = async (now: number) => {
      const passages = await Promise.all(Array.from({ length: 20 }, () => run((tx) => askPassage(tx, inbox, now))))
      return passages.map(({ may }) => may).toSorted()
    }
    expect(new Set(await askAll(noon))).toEqual(new Set(['wait']))
    expect(await askAll(noon + 1)).toEqual(['probe', ...Array.from({ length: 19 }, () => 'wait')])
    expect(await askAll(noon + probeTime)).not.toContain('probe')
    await run((tx) => reportCall(tx, inbox, { may: 'probe' }, ok({}), noon + 2))
    expect(new Set(await askAll(noon + 3))).toEqual(new Set(['pass']))
  })

  test('who opens a gate and releases what waits, and who puts parts off, never wait for each other in a ring', async () => {
    const office = await openOffice(subject())
    const keys: GateKey[] = [`inbox:${office.inboxId}`, 'channel:instagram']
    const conversations: Conversation[] = []
    while (conversations.length < 6) conversations.push(await converse(subject(), office))
    for (const each of conversations) {
      await run((tx) => tx.messages.insert([outgoing(each, noon, { parts: [textPart(null, 'held'), textPart(null, 'held')] })]))
    }
    const putOff = (n: number) =>
      run(async (tx) => {
        const conversation = await tx.conversations.byId(office.accountId, conversations[n % 6]?.id ?? 0)
        const [message] = await tx.messages.inDelivery([conversation?.id ?? 0], [])
        const [part] = message?.parts ?? []
        await tx.gates.lock(keys)
        if (part) await tx.messages.saveParts([{ part: { ...part, state: 'held', dueAt: noon + n }, error: null }])
      })
    const openAndRelease = (n: number) =>
      run(async (tx) => {
        await tx.conversations.byId(office.accountId, conversations[n % 6]?.id ?? 0)
        await tx.gates.lock(keys)
        await tx.messages.release(n % 2 === 0 ? { channel: 'instagram' } : { inboxId: office.inboxId })
      })
    const reconnect = () => run((tx) => tx.messages.release({ inboxId: office.inboxId }))
    const all = Array.from({ length: 120 }, (_, n) => (n % 3 === 0 ? putOff(n) : n % 3 === 1 ? openAndRelease(n) : reconnect()))
    await Promise.all(all)
    await reconnect()
    const ids = conversations.map(({ id }) => id)
    const waiting = await run((tx) => tx.messages.inDelivery(ids, []))
    expect(waiting.flatMap(({ parts }) => parts.map(({ state }) => state))).toEqual(Array.from({ length: 12 }, () => 'queued'))
  })

  test('20 that count at once count to 20', async () => {
    const key = freshKey()
    const count = () =>
      run(async (tx) => {
        const [gate = openGate] = await tx.gates.lock([key])
        await tx.gates.save(key, { ...gate, failures: gate.failures + 1 })
      })
    await Promise.all(Array.from({ length: 20 }, count))
    expect(await run((tx) => tx.gates.read([key]))).toEqual([{ failures: 20, shut: null }])
  })
}
