import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'

const firstDelayMs = 100
const longestDelayMs = 2_000
const heartbeatMs = 15_000

interface Subscriber {
  onNotify(payload: string): void
  /** The connection was lost and is back: notifications may have been missed. */
  onReconnect(): void
}

/** One connection of its own that listens on any number of channels and outlives restarts of the server. */
export interface Listener {
  subscribe(channel: string, subscriber: Subscriber): Promise<() => Promise<void>>
  close(): Promise<void>
}

interface Session {
  query(text: string): Promise<unknown>
  end(): Promise<void>
}

interface SessionEvents {
  onNotification(channel: string, payload: string): void
  /** Once, and not after `end`. */
  onLost(session: Session, reason: string): void
}

/** Statements on one client, one after the other: pg deprecates a second query while the first is running. */
const inTurn = (client: pg.Client): ((text: string) => Promise<unknown>) => {
  let last: Promise<unknown> = Promise.resolve()
  return (text) => {
    const next = last.then(() => client.query(text))
    last = next.catch(() => {})
    return next
  }
}

const listenTo = (channel: string): string => `listen ${pg.escapeIdentifier(channel)}`

const openSession = async (config: pg.ClientConfig, channels: Iterable<string>, events: SessionEvents): Promise<Session> => {
  const client = new pg.Client({ ...config, keepAlive: true, query_timeout: 5_000 })
  const query = inTurn(client)
  let over = false
  const end = async (): Promise<void> => {
    over = true
    clearInterval(heartbeat)
    await client.end().catch(() => {})
  }
  const lose = (reason: string): void => {
    if (over) return
    void end()
    events.onLost(session, reason)
  }
  const session: Session = { query, end }
  client.on('error', () => {})
  client.on('notification', ({ channel, payload = '' }) => events.onNotification(channel, payload))
  let heartbeat: NodeJS.Timeout | undefined
  try {
    await client.connect()
    for (const channel of channels) await query(listenTo(channel))
  } catch (error) {
    void end()
    throw error
  }
  client.on('end', () => lose('the server closed it'))
  heartbeat = setInterval(() => query('select 1').catch((error: Error) => lose(error.message)), heartbeatMs)
  return session
}

const createSubscribers = (onError: (error: Error) => void) => {
  const channels = new Map<string, Set<Subscriber>>()
  const tell = (subscribers: Iterable<Subscriber>, call: (subscriber: Subscriber) => void): void => {
    for (const subscriber of [...subscribers]) {
      try {
        call(subscriber)
      } catch (error) {
        onError(error as Error)
      }
    }
  }
  return {
    channels: () => channels.keys(),
    add: (channel: string, subscriber: Subscriber) => channels.set(channel, (channels.get(channel) ?? new Set()).add(subscriber)),
    /** Whether it was the last of its channel. */
    remove(channel: string, subscriber: Subscriber): boolean {
      const subscribers = channels.get(channel)
      return subscribers?.delete(subscriber) === true && subscribers.size === 0 && channels.delete(channel)
    },
    notify: (channel: string, payload: string) => tell(channels.get(channel) ?? [], ({ onNotify }) => onNotify(payload)),
    reconnected: () =>
      tell(
        [...channels.values()].flatMap((each) => [...each]),
        ({ onReconnect }) => onReconnect(),
      ),
  }
}

/** Connects at the first subscription. `onError` hears of each loss of the connection once, not of each attempt to mend it. */
export const createListener = (config: pg.ClientConfig, onError: (error: Error) => void): Listener => {
  const subscribers = createSubscribers(onError)
  const closing = new AbortController()
  let live: Session | undefined
  let pending: Promise<Session> | undefined

  const onLost = (session: Session, reason: string): void => {
    if (live === session) live = undefined
    onError(new Error(`The connection that listens for notifications was lost: ${reason}`))
    pending = reconnect()
    pending.catch(() => {})
  }
  const connect = async (): Promise<Session> => {
    live = await openSession(config, subscribers.channels(), { onNotification: subscribers.notify, onLost })
    return live
  }
  const reconnect = async (): Promise<Session> => {
    for (let wait = firstDelayMs; ; wait = Math.min(wait * 2, longestDelayMs)) {
      await delay(wait, undefined, { signal: closing.signal })
      const session = await connect().catch(() => undefined)
      if (session === undefined) continue
      if (!closing.signal.aborted) subscribers.reconnected()
      return session
    }
  }
  const unsubscribe = async (channel: string, subscriber: Subscriber): Promise<void> => {
    if (subscribers.remove(channel, subscriber)) await live?.query(`un${listenTo(channel)}`).catch(() => {})
  }

  return {
    async subscribe(channel, subscriber) {
      subscribers.add(channel, subscriber)
      pending ??= connect().catch((error: unknown) => {
        pending = undefined
        throw error
      })
      try {
        await (await pending).query(listenTo(channel))
      } catch (error) {
        await unsubscribe(channel, subscriber)
        throw error
      }
      return () => unsubscribe(channel, subscriber)
    },
    async close() {
      closing.abort()
      const session = await pending?.catch(() => undefined)
      await session?.end()
    },
  }
}
