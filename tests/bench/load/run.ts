import { percentile } from '../statistics.ts'
import { type Connection, openConnection } from './connection.ts'
import type { Prepared } from './traffic.ts'

export interface RunSpec {
  readonly port: number
  readonly connections: number
  /** It ends after this time, or when the prepared requests are used up. */
  readonly seconds: number
  /** Requests a second, sent when they are due whatever the answers do (latency counts from then). Absent: as fast as answers come. */
  readonly rate?: number
  /** Send only as far as `allow` says. */
  readonly windowed?: boolean
}

export interface Latencies {
  readonly p50: number
  readonly p99: number
}

export interface RunResult {
  /** Answered 200. */
  readonly acknowledged: number
  readonly failed: number
  readonly seconds: number
  /** Of requests for all inboxes but the hot one, in ms. */
  readonly usual: Latencies
  readonly hot: Latencies
  /** When each request was sent, in their order, ms since 1970. */
  readonly sentAt: readonly number[]
}

export interface Run {
  /** Lets `room` more requests be sent than were acknowledged up to now. */
  allow(room: number): void
  readonly done: Promise<RunResult>
}

const latenciesOf = (all: readonly number[]): Latencies => ({ p50: percentile(all, 0.5), p99: percentile(all, 0.99) })

interface Slot {
  connection?: Connection
  /** What it sent and is not answered yet; from when its latency counts. */
  pending?: { readonly hot: boolean; readonly since: number } | undefined
}

/** Sends `requests`, each once. */
export const startRun = (requests: Prepared[], { port, connections, seconds, rate, windowed = false }: RunSpec): Run => {
  const latencies: { readonly usual: number[]; readonly hot: number[] } = { usual: [], hot: [] }
  const free: Slot[] = []
  const sentAt: number[] = []
  const count = { sent: 0, acknowledged: 0, failed: 0 }
  let limit = windowed ? 0 : Number.POSITIVE_INFINITY
  let over = false
  let startedAt = 0

  const dueAt = (n: number): number => (rate === undefined ? performance.now() : startedAt + (n * 1000) / rate)

  const sendNext = (): void => {
    while (!over && free.length > 0 && count.sent < limit) {
      const since = dueAt(count.sent)
      if (rate !== undefined && since > performance.now()) return
      const request = requests.pop()
      const slot = request && free.pop()
      if (!request || !slot?.connection) {
        over = true
        return
      }
      slot.pending = { hot: request.hot, since }
      count.sent += 1
      sentAt.push(performance.timeOrigin + performance.now())
      slot.connection.send(request.bytes)
    }
  }

  const onAnswer = (slot: Slot, status: number): void => {
    const { pending } = slot
    if (!pending) return
    slot.pending = undefined
    if (status === 200) count.acknowledged += 1
    else count.failed += 1
    latencies[pending.hot ? 'hot' : 'usual'].push(performance.now() - pending.since)
    if (status === 0) return
    free.push(slot)
    sendNext()
  }

  const open = async (): Promise<Slot[]> => {
    const slots = Array.from({ length: connections }, (): Slot => ({}))
    for (const slot of slots) slot.connection = await openConnection(port, (status) => onAnswer(slot, status))
    return slots
  }

  const pace = (slots: readonly Slot[]): Promise<void> =>
    new Promise((resolve) => {
      const tick = (): void => {
        const elapsed = performance.now() - startedAt
        if (elapsed >= seconds * 1000) over = true
        const answered = over && slots.every(({ pending }) => !pending)
        if (answered || elapsed > seconds * 1000 + 10_000) resolve()
        else setTimeout(tick, 1)
        sendNext()
      }
      tick()
    })

  const run = async (): Promise<RunResult> => {
    const slots = await open()
    free.push(...slots)
    startedAt = performance.now()
    await pace(slots)
    const took = (performance.now() - startedAt) / 1000
    for (const { connection } of slots) connection?.close()
    const { acknowledged, failed } = count
    return { acknowledged, failed, seconds: took, usual: latenciesOf(latencies.usual), hot: latenciesOf(latencies.hot), sentAt }
  }

  return {
    allow(room) {
      limit = count.acknowledged + room
    },
    done: run(),
  }
}
