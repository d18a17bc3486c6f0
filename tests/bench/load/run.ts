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
  /** Instead of `rate`: as fast as answers come for as long again, and from that moment on this share of it, which is what counts. */
  readonly shareOfPeak?: number
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
  /** With `shareOfPeak`: requests a second as fast as answers came. */
  readonly peak?: number
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

/** A time of even load, from now on. */
const beginPhase = (rate?: number) => ({
  rate,
  startedAt: performance.now(),
  over: false,
  sent: 0,
  acknowledged: 0,
  failed: 0,
  usual: [] as number[],
  hot: [] as number[],
  sentAt: [] as number[],
})

/** Sends `requests`, each once. */
export const startRun = (requests: Prepared[], { port, connections, seconds, windowed = false, ...spec }: RunSpec): Run => {
  const free: Slot[] = []
  let limit = windowed ? 0 : Number.POSITIVE_INFINITY
  let phase = beginPhase()

  const dueAt = (n: number): number => (phase.rate === undefined ? performance.now() : phase.startedAt + (n * 1000) / phase.rate)

  const sendNext = (): void => {
    while (!phase.over && free.length > 0 && phase.sent < limit) {
      const since = dueAt(phase.sent)
      if (phase.rate !== undefined && since > performance.now()) return
      const request = requests.pop()
      const slot = request && free.pop()
      if (!request || !slot?.connection) {
        phase.over = true
        return
      }
      slot.pending = { hot: request.hot, since }
      phase.sent += 1
      phase.sentAt.push(performance.timeOrigin + performance.now())
      slot.connection.send(request.bytes)
    }
  }

  const onAnswer = (slot: Slot, status: number): void => {
    const { pending } = slot
    if (!pending) return
    slot.pending = undefined
    if (status === 200) phase.acknowledged += 1
    else phase.failed += 1
    phase[pending.hot ? 'hot' : 'usual'].push(performance.now() - pending.since)
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
        const elapsed = performance.now() - phase.startedAt
        if (elapsed >= seconds * 1000) phase.over = true
        const answered = phase.over && slots.every(({ pending }) => !pending)
        if (answered || elapsed > seconds * 1000 + 10_000) resolve()
        else setTimeout(tick, 1)
        sendNext()
      }
      tick()
    })

  const measure = async (slots: readonly Slot[], rate?: number): Promise<RunResult> => {
    phase = beginPhase(rate)
    await pace(slots)
    if (slots.some(({ pending }) => pending)) throw new Error('Some requests were not answered within ten seconds.')
    const { acknowledged, failed, usual, hot, sentAt } = phase
    const took = (performance.now() - phase.startedAt) / 1000
    return { acknowledged, failed, seconds: took, usual: latenciesOf(usual), hot: latenciesOf(hot), sentAt }
  }

  const atShareOfPeak = async (slots: readonly Slot[], share: number): Promise<RunResult> => {
    const first = await measure(slots)
    const peak = first.acknowledged / first.seconds
    const loaded = await measure(slots, share * peak)
    if (requests.length === 0) throw new Error('There were too few requests.')
    return { ...loaded, failed: first.failed + loaded.failed, peak }
  }

  const run = async (): Promise<RunResult> => {
    const slots = await open()
    free.push(...slots)
    const result = await (spec.shareOfPeak === undefined ? measure(slots, spec.rate) : atShareOfPeak(slots, spec.shareOfPeak))
    for (const { connection } of slots) connection?.close()
    return result
  }

  return {
    allow(room) {
      limit = phase.acknowledged + room
    },
    done: run(),
  }
}
