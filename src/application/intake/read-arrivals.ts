import { inOne } from '#application/in-one.ts'
import type { ChannelEvent } from '#application/intake/channel-event.ts'
import type { Channels } from '#application/ports/channel.ts'
import type { Ids } from '#application/ports/ids.ts'
import type { Arrival, IntakeEntry } from '#application/ports/intake.ts'
import type { Logger } from '#application/ports/logger.ts'
import type { Tx, UnitOfWork } from '#application/ports/unit-of-work.ts'

/**
 * Reads about `atMost` of the requests that came in and were acknowledged, and stores every happening in them as an event. Answers
 * how many requests it read; zero where there is none, or where somebody else is reading and this is not to be `awaited`.
 */
export type ReadArrivals = (atMost: number, reader?: 'awaited') => Promise<number>

/** The same inside a transaction that may do more; nobody else reads until it ends. */
export type ReadArrivalsIn = (tx: Tx, atMost: number, how: 'together' | 'oneByOne') => Promise<number>

interface Dependencies {
  readonly channels: Channels
  readonly unitOfWork: UnitOfWork
  readonly ids: Ids
  readonly logger: Logger
}

/** What stands for a body that no channel could read: nobody else's intake stops for it, and it can be looked at. */
const unreadable = ({ channel, receivedAt }: Arrival, id: string, why: string): ChannelEvent => ({
  ...{ kind: 'unknown', channel, accountKey: '', contactKey: '', dedupeKey: `body:${id}`, occurredAt: receivedAt },
  payload: { raw: null, why },
})

export const createReadArrivalsIn = ({ channels, ids, logger }: Omit<Dependencies, 'unitOfWork'>): ReadArrivalsIn => {
  const eventsOf = (arrival: Arrival, id: string): readonly ChannelEvent[] => {
    const webhook = channels.get(arrival.channel)?.webhook
    if (!webhook) return [unreadable(arrival, id, 'channel.unknown')]
    try {
      return webhook.normalize(arrival.body, arrival.receivedAt)
    } catch (error) {
      logger.error('intake.unreadable', { channel: arrival.channel, bodyId: id, error })
      return [unreadable(arrival, id, 'body.unreadable')]
    }
  }

  return async (tx, atMost, how) => {
    const arrivals = await tx.intake.takeArrivals(atMost)
    const entries = arrivals.map((arrival): IntakeEntry => {
      const id = ids.next()
      return { ...arrival, id, events: eventsOf(arrival, id) }
    })
    await tx.intake.store(entries, how)
    return arrivals.length
  }
}

export const createReadArrivals = ({ unitOfWork, logger, ...dependencies }: Dependencies): ReadArrivals => {
  const readIn = createReadArrivalsIn({ logger, ...dependencies })

  return async (atMost, reader) => {
    const read = (most: number, how: 'together' | 'oneByOne'): Promise<number> =>
      inOne(unitOfWork, async (tx) => {
        if (reader === 'awaited') await tx.intake.holdReader()
        return readIn(tx, most, how)
      })
    try {
      return await read(atMost, 'together')
    } catch (error) {
      logger.warn('intake.read_failed', { error })
      return read(1, 'oneByOne')
    }
  }
}
