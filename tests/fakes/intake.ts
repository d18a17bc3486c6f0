import { storableEvent, storableText } from '#adapters/postgres/storable.ts'
import type { ChannelEvent } from '#application/intake/channel-event.ts'
import type { KnownAs } from '#application/ports/erasures.ts'
import type { IntakeLog, IntakeQueue, IntakeSelection, SettledEvent, StoredEvent } from '#application/ports/intake.ts'
import type { ExternalRef } from '#application/ports/messages.ts'
import { fakeContacts } from './contacts.ts'
import { fakeConversations } from './conversations.ts'
import { holder } from './inboxes.ts'
import { change, type FakeState, type IntakeRow, nextId } from './state.ts'

const contactOf = ({ channel, accountKey, contactKey }: ChannelEvent): string => JSON.stringify([channel, accountKey, contactKey])

const keyOf = ({ channel, accountKey }: ChannelEvent) => ({ channel, channelKey: accountKey })

/** As it comes back: JSON has no undefined, and keys are text that PostgreSQL can hold. */
const stored = (event: ChannelEvent): ChannelEvent => {
  const { kind, json } = storableEvent(event)
  const { channel, occurredAt } = event
  const keys = {
    accountKey: storableText(event.accountKey),
    contactKey: storableText(event.contactKey),
    dedupeKey: storableText(event.dedupeKey),
  }
  return { kind, channel, ...keys, occurredAt, payload: JSON.parse(json) }
}

/** `commit` changes the committed state, one writer at a time. */
export const fakeIntakeLog = (commit: (write: (state: FakeState) => void) => Promise<void>): IntakeLog => ({
  append: ({ channel, body, receivedAt }) =>
    commit((state) => void state.arrivals.set(nextId(state), { channel, body: Uint8Array.from(body), receivedAt })),
  atOnce: () => 0,
  perSecond: () => 0,
})

/** Every lane is free in here: runs come one after the other. */
export const fakeIntakeQueue = (state: FakeState): IntakeQueue => {
  const pending = (): [number, IntakeRow][] => [...state.events].filter(([, row]) => row.state === 'pending')

  const due = (now: number): [number, IntakeRow][] => {
    const heldBack = new Set<string>()
    return pending().filter(([, { event, dueAt }]) => {
      if (dueAt !== null && dueAt > now) heldBack.add(contactOf(event))
      return !heldBack.has(contactOf(event))
    })
  }

  const settle = ({ id, outcome }: SettledEvent): void =>
    change(state.events, id, {
      state: outcome.state,
      reason: outcome.state === 'done' ? null : outcome.reason,
      awaits: outcome.state === 'parked' ? (outcome.awaits ?? null) : null,
      dueAt: outcome.state === 'pending' ? outcome.dueAt : null,
    })

  return {
    async holdReader() {},

    async takeArrivals(atMost) {
      const taken = [...state.arrivals].slice(0, atMost)
      for (const [id] of taken) state.arrivals.delete(id)
      return taken.map(([, arrival]) => arrival)
    },

    async comment(channel, accountKey, externalId) {
      const all = [...state.events.values()].map(({ event }) => event)
      const found = all.find((event) => {
        const isTheirs = event.channel === channel && event.accountKey === accountKey
        return isTheirs && event.kind === 'comment-received' && event.payload.externalId === externalId
      })
      if (found?.kind !== 'comment-received') return undefined
      return { contactKey: found.contactKey, username: found.payload.username, occurredAt: found.occurredAt }
    },

    async store(entries) {
      for (const { body, receivedAt, events } of entries) {
        const bodyId = nextId(state)
        state.bodies.set(bodyId, { bytes: Uint8Array.from(body), receivedAt })
        const fresh = { bodyId, receivedAt, state: 'pending', reason: null, awaits: null, attempts: 0, dueAt: null } as const
        for (const event of events) state.events.set(nextId(state), { event: stored(event), ...fresh })
      }
    },

    async claim(limit, now) {
      return due(now)
        .slice(0, limit)
        .map(([id, { event, attempts }]): StoredEvent => ({ ...event, id, attempts, inbox: holder(state, keyOf(event)) ?? null }))
    },

    async meet(wanted, refs) {
      const people = await fakeContacts(state).ensure(wanted)
      const candidates = await fakeConversations(state).candidates(people.map(({ id }) => id))
      const parts = [...state.parts.values()]
      const isThere = (ref: ExternalRef) => parts.some((part) => part.inboxId === ref.inboxId && part.externalId === ref.externalId)
      return { people, candidates, messages: refs.filter(isThere) }
    },

    async settle(events) {
      events.forEach(settle)
    },

    async noteFailure(events) {
      for (const event of events) {
        const row = state.events.get(event.id)
        if (row?.state !== 'pending') continue
        settle(event)
        change(state.events, event.id, { attempts: row.attempts + 1 })
      }
    },

    async release(channel, awaited) {
      const waiting = [...state.events].filter(
        ([, row]) => row.event.channel === channel && row.awaits !== null && awaited.includes(row.awaits),
      )
      for (const [id] of waiting) change(state.events, id, { state: 'pending', reason: null, awaits: null, dueAt: null })
    },

    async replay(selection) {
      const chosen = [...state.events].filter(([id, row]) => row.state !== 'pending' && isSelected(id, row, selection))
      for (const [id] of chosen) change(state.events, id, { state: 'pending', reason: null, awaits: null, attempts: 0, dueAt: null })
      return chosen.length
    },

    async retryWaiting(since) {
      const waiting = [...state.events].filter(([, row]) => row.awaits !== null && row.receivedAt >= since)
      for (const [id] of waiting) change(state.events, id, { state: 'pending', reason: null, awaits: null, dueAt: null })
      return waiting.length
    },

    async giveUpWaiting(before, limit) {
      const waiting = [...state.events].filter(([, row]) => row.awaits?.startsWith('message:') && row.receivedAt < before).slice(0, limit)
      for (const [id] of waiting) change(state.events, id, { awaits: null, reason: 'message.never_came' })
      return waiting.length
    },

    async erase(channel, accountKey, limit) {
      const theirs = [...state.events]
        .filter(([, { event }]) => event.channel === channel && event.accountKey === accountKey)
        .slice(0, limit)
      for (const [id, { bodyId }] of theirs) {
        state.events.delete(id)
        state.bodies.delete(bodyId)
      }
      return theirs.length
    },

    async forget(people, { after, until, limit }) {
      const span = [...state.events].filter(([id]) => id > after && id <= until).slice(0, limit)
      const bodies = new Set<string>()
      for (const [id, row] of span) {
        if (!people.some((person) => isAbout(row, person))) continue
        state.events.delete(id)
        if (state.bodies.has(row.bodyId)) bodies.add(String(row.bodyId))
      }
      return { read: span.at(-1)?.[0] ?? null, bodies: [...bodies].sort() }
    },

    async body(id) {
      return state.bodies.get(Number(id))?.bytes
    },

    async rewriteBody(id, body) {
      if (body === null) state.bodies.delete(Number(id))
      else change(state.bodies, Number(id), { bytes: body })
    },

    async prune(before, limit) {
      const bodies = [...state.bodies].filter(([, body]) => body.receivedAt < before).slice(0, limit)
      for (const [id] of bodies) state.bodies.delete(id)
      const events = [...state.events].filter(([, row]) => row.state === 'done' && row.receivedAt < before).slice(0, limit)
      for (const [id] of events) state.events.delete(id)
      return bodies.length + events.length
    },
  }
}

const isAbout = ({ event }: IntakeRow, { channel, accountKeys, contactKey }: KnownAs): boolean => {
  if (event.channel !== channel) return false
  if (event.contactKey !== '') return event.contactKey === contactKey && accountKeys.includes(event.accountKey)
  return ['', ...accountKeys].includes(event.accountKey) && JSON.stringify(event.payload).includes(`"${contactKey}`)
}

const isSelected = (id: number, row: IntakeRow, selection: IntakeSelection): boolean =>
  'ids' in selection
    ? selection.ids.includes(id)
    : row.receivedAt >= (selection.since ?? 0) &&
      row.receivedAt < (selection.until ?? Number.MAX_VALUE) &&
      (selection.state === undefined || row.state === selection.state)
