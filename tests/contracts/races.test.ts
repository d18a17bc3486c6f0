import { describe, expect, test } from 'vitest'
import type { GateKey } from '#application/ports/gates.ts'
import type { Arrival, StoredEvent } from '#application/ports/intake.ts'
import type { Tx } from '#application/ports/unit-of-work.ts'
import { append, event } from './intake.contract.ts'
import { commit, converse, detailsBy, fresh, newConversation, noon, openOffice } from './scenario.ts'
import { postgresServers, type Subject, shared } from './subject.ts'

/** A transaction that has done its work and ends when the test says so. */
const halfway = async <T>({ unitOfWork }: Subject, work: (tx: Tx) => Promise<T>) => {
  const { promise: mayEnd, resolve: end } = Promise.withResolvers<void>()
  const { promise: reached, resolve: reach } = Promise.withResolvers<T>()
  const ended = commit(unitOfWork, async (tx) => {
    const value = await work(tx)
    reach(value)
    await mayEnd
    return value
  })
  const value = await Promise.race([reached, ended])
  return {
    value,
    end: () => {
      end()
      return ended
    },
  }
}

/** What only shows where transactions really overlap. */
describe.each(postgresServers())('races: $name', ({ open }) => {
  const subject = shared(open)
  const run = <T>(work: (tx: Tx) => Promise<T>): Promise<T> => commit(subject().unitOfWork, work)
  const claim =
    (limit: number) =>
    (tx: Tx): Promise<readonly StoredEvent[]> =>
      tx.intake.claim(limit, noon)
  const settle = (events: readonly StoredEvent[]) => (tx: Tx) =>
    tx.intake.settle(events.map(({ id }) => ({ id, outcome: { state: 'done' } })))

  test('workers share a backlog, and neither touches the other’s contacts', async () => {
    await append(subject(), ...Array.from({ length: 400 }, (_, n) => event(`shared ${n % 100}`)))
    const first = await halfway(subject(), claim(40))
    const second = await halfway(subject(), claim(40))
    expect([first.value.length, second.value.length]).toEqual([40, 40])
    const contacts = new Set(first.value.map(({ contactKey }) => contactKey))
    expect(second.value.filter(({ contactKey }) => contacts.has(contactKey))).toEqual([])
    await Promise.all([first.end(), second.end()])
    const all = await run(claim(1000))
    expect(all).toHaveLength(400)
    await run(settle(all))
  })

  test('who asks for a job that another one asks for too waits for nobody', async () => {
    const { accountId, inboxId } = await openOffice(subject())
    const ask = async (tx: Tx) => {
      await tx.jobs.enqueue([{ name: 'wake-deliveries', key: `${accountId} ${inboxId}`, payload: {} }])
      // Whatever was not sent to the database yet is sent before this.
      await tx.inboxes.find(accountId, inboxId)
    }
    const first = await halfway(subject(), ask)
    await run(ask)
    await first.end()
  })

  test('one reads what came in at a time, so that nothing overtakes', async () => {
    const arrive = (body: number) => subject().intakeLog.append({ channel: 'instagram', body: Uint8Array.of(body), receivedAt: noon })
    const take = (tx: Tx) => tx.intake.takeArrivals(1)
    const bodies = (arrivals: readonly Arrival[]) => arrivals.map(({ body }) => body[0])
    await arrive(1)
    await arrive(2)
    const reader = await halfway(subject(), take)
    expect(bodies(reader.value)).toEqual([1])
    expect(await run(take)).toEqual([])
    await reader.end()
    expect(bodies(await run(take))).toEqual([2])
  })

  test('conversations that somebody holds are not free, and are not waited for', async () => {
    const office = await openOffice(subject())
    const [held, free] = [await converse(subject(), office), await converse(subject(), office)]
    const holder = await halfway(subject(), (tx) => tx.conversations.byIds([held.id]))
    expect(await run((tx) => tx.conversations.free([held.id, free.id]))).toEqual([free])
    expect(await run((tx) => tx.conversations.freeByDisplayId([free, held]))).toEqual([free])
    await holder.end()
    expect(await run((tx) => tx.conversations.free([free.id, held.id]))).toEqual([held, free])
  })

  test('two that wait for each other both get through: the one that the database ends begins again', async () => {
    const [one, other] = [`channel:${fresh('one')}`, `channel:${fresh('other')}`] as const
    const reached = Promise.withResolvers<void>()
    let holders = 0
    const lockBoth = (first: GateKey, second: GateKey) =>
      run(async (tx) => {
        await tx.gates.lock([first])
        if (++holders === 2) reached.resolve()
        await reached.promise
        await tx.gates.lock([second])
      })
    await Promise.all([lockBoth(one, other), lockBoth(other, one)])
    expect(holders).toBeGreaterThan(2)
  })

  test('what arrives for a contact that is held waits for its holder', async () => {
    await append(subject(), event('held'))
    const holder = await halfway(subject(), async (tx) => {
      const claimed = await claim(10)(tx)
      await settle(claimed)(tx)
      return claimed
    })
    await append(subject(), event('held'))
    expect(await run(claim(10))).toEqual([])
    await holder.end()
    const [next, ...rest] = await run(claim(10))
    expect(rest).toEqual([])
    expect(next!.id).toBeGreaterThan(holder.value[0]!.id)
    await run(settle([next!]))
  })

  test('a lost inbox is taken up by one of two who reconnect at once', async () => {
    const offices = [await openOffice(subject()), await openOffice(subject()), await openOffice(subject())]
    const channelKey = fresh('key')
    const owned: number[] = []
    for (const { accountId, userId } of offices) {
      const inbox = { accountId, name: 'Inbox', at: noon, channel: 'instagram', channelKey }
      const id = await run((tx) => tx.inboxes.insert(inbox, detailsBy(userId)))
      await run((tx) => tx.inboxes.setState(id!, 'disconnected', null))
      owned.push(id!)
    }
    const reconnect = (n: number) => run((tx) => tx.inboxes.reconnect(owned[n]!, detailsBy(offices[n]!.userId)))
    const answers = await Promise.all([reconnect(0), reconnect(1), reconnect(2)])
    expect(answers.filter((ok) => ok)).toHaveLength(1)
    expect(await run((tx) => tx.inboxes.byChannelKeys([{ channel: 'instagram', channelKey }]))).toHaveLength(1)
  })

  test('conversations of several accounts are numbered in any order without waiting for ever', async () => {
    const offices = await Promise.all(Array.from({ length: 4 }, () => openOffice(subject())))
    const people = await Promise.all(
      offices.map(
        async ({ accountId, inboxId }) =>
          (await run((tx) => tx.contacts.ensure([{ accountId, inboxId, sourceId: 's', name: 'n', at: noon }])))[0]!,
      ),
    )
    const insert = (_: unknown, n: number) =>
      run((tx) => tx.conversations.insert((n % 2 ? people : people.toReversed()).map((someone) => newConversation(someone))))
    const made = (await Promise.all(Array.from({ length: 24 }, insert))).flat()
    for (const group of Map.groupBy(made, ({ accountId }) => accountId).values()) {
      expect(group.map(({ displayId }) => displayId).toSorted((a, b) => a - b)).toEqual(Array.from({ length: 24 }, (_, n) => n + 1))
    }
  })

  test('a worker’s note on a busy inbox does not wait for another’s', async () => {
    const { accountId, inboxId } = await openOffice(subject())
    const note = (at: number) => (tx: Tx) => tx.inboxes.noteEvents(new Map([[inboxId, at]]))
    const first = await halfway(subject(), note(noon))
    await run(note(noon + 1))
    await first.end()
    await run(note(noon + 2))
    expect((await subject().queries.inbox(accountId, inboxId))?.connection?.lastEventAt).toBe(noon + 2)
  })

  test('a request whose first sending is still at work is told so, and goes on where that came to nothing', async () => {
    const { accountId, userId } = await openOffice(subject())
    const request = { accountId, userId, address: 'POST /here', key: fresh('key'), digest: 'a'.repeat(64) }
    const claim = (tx: Tx) => tx.requestKeys.claim(request, noon, 0)
    const stuck = await halfway(subject(), claim)
    const told = await run(async (tx) => [await claim(tx), await tx.requestKeys.prune(0, 1)])
    expect(told).toEqual([{ state: 'running' }, 0])
    const waiting = run(claim)
    await stuck.end()
    expect(await waiting).toEqual({ state: 'first' })
  })

  test('a conversation read by one is read by the next as the first one left it', async () => {
    const { accountId, id } = await converse(subject(), await openOffice(subject()))
    const writer = await halfway(subject(), async (tx) => {
      const conversation = await tx.conversations.byId(accountId, id)
      await tx.conversations.saveActivity([{ ...conversation!, status: 'resolved' }])
    })
    const reader = run((tx) => tx.conversations.byIds([id]))
    await writer.end()
    expect((await reader)[0]?.status).toBe('resolved')
  })
})
