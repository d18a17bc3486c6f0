import type { ConversationEvent } from '#application/events.ts'
import type { InboxRef } from '#application/ports/credentials.ts'
import type { Queries } from '#application/ports/queries.ts'
import type { DeliverySelection, SceneRef, SeenScene, Webhooks, WebhookTarget } from '#application/ports/webhooks.ts'
import { conversationViewOf } from './conversation-queries.ts'
import { secretOf } from './inbox-secrets.ts'
import { messagesOf } from './message-queries.ts'
import { stored } from './messages.ts'
import { pageOf } from './paging.ts'
import { change, existing, type FakeState, nextId, type WebhookRow } from './state.ts'

const sceneOf = (state: FakeState, { accountId, conversationId, messageId }: SceneRef): SeenScene | undefined => {
  const row = state.conversations.get(conversationId)
  const inbox = row && state.inboxes.get(row.inboxId)
  if (!inbox || row.accountId !== accountId || inbox.webhookUrl === null) return undefined
  const messages = messagesOf(state, accountId, conversationId)
  const message = messages.find(({ id }) => id === messageId)
  if (messageId !== undefined && !message) return undefined
  return {
    account: { id: accountId, name: existing(state.accounts, accountId, 'account').name },
    inbox: { id: row.inboxId, name: inbox.name },
    conversation: {
      ...conversationViewOf(state, conversationId),
      lastMessage: messages.findLast((each) => !each.private && each.type !== 'activity') ?? null,
    },
    ...(message && { message }),
  }
}

const eventOf = (state: FakeState, { eventId }: WebhookRow): ConversationEvent => {
  const event = existing(state.businessEvents, eventId, 'event')
  if (event.name === 'inbox_updated') throw new Error('Only events of conversations are delivered.')
  return event
}

const isOwned = (state: FakeState, { accountId, conversationId }: WebhookRow): boolean =>
  state.conversations.get(conversationId)?.accountId === accountId

const ofInbox = (state: FakeState, { accountId, inboxId }: InboxRef): WebhookRow[] =>
  [...state.webhookDeliveries.values()].filter((row) => row.accountId === accountId && row.inboxId === inboxId && isOwned(state, row))

const fits = (state: FakeState, row: WebhookRow, { ids, state: wanted, since, until }: DeliverySelection): boolean => {
  const { at } = eventOf(state, row)
  return (
    (wanted === undefined ? row.state !== 'pending' : row.state === wanted) &&
    (ids === undefined || ids.includes(row.id)) &&
    at >= (since ?? at) &&
    (until === undefined || at < until)
  )
}

const createdIn = (state: FakeState, row: WebhookRow): number | undefined => {
  const event = eventOf(state, row)
  return event.name === 'message_created' ? event.payload.message.id : undefined
}

const isWorthRepeating = (state: FakeState, row: WebhookRow): boolean => {
  const messageId = createdIn(state, row)
  if (eventOf(state, row).name.startsWith('conversation_typing')) return false
  return ![...state.webhookDeliveries.values()].some(
    (later) => messageId !== undefined && later.eventId > row.eventId && createdIn(state, later) === messageId,
  )
}

const save = (state: FakeState, row: WebhookRow): void => void state.webhookDeliveries.set(row.eventId, row)

const targetOf = (state: FakeState, ref: InboxRef): WebhookTarget => {
  const { webhookUrl: url, webhookGoneAt: goneAt } = existing(state.inboxes, ref.inboxId, 'inbox')
  const secret = secretOf(state, { ...ref, kind: 'webhook' })
  if (!secret) throw new Error('Whoever is told something has a connection.')
  return { url, goneAt, secret }
}

const targets = (state: FakeState): Pick<Webhooks, 'listensAt' | 'markGone' | 'welcome'> => {
  const find = ({ accountId, inboxId }: InboxRef) => {
    const inbox = state.inboxes.get(inboxId)
    return inbox?.accountId === accountId ? inbox : undefined
  }
  return {
    listensAt: async (ref, url) => find(ref)?.webhookUrl === url,
    async markGone(ref, url, at) {
      const inbox = find(ref)
      if (inbox?.webhookUrl !== url || inbox.webhookGoneAt !== null) return false
      change(state.inboxes, ref.inboxId, { webhookGoneAt: at })
      return true
    },
    async welcome(ref, now) {
      if (!find(ref)) return
      change(state.inboxes, ref.inboxId, { webhookGoneAt: null })
      for (const row of ofInbox(state, ref)) if (row.state === 'pending' && row.dueAt > now) save(state, { ...row, dueAt: now })
    },
  }
}

const isHead = (state: FakeState, row: WebhookRow): boolean =>
  ![...state.webhookDeliveries.values()].some(
    (other) => other.conversationId === row.conversationId && other.state === 'pending' && other.eventId < row.eventId,
  )

export const fakeWebhooks = (state: FakeState): Webhooks => ({
  ...targets(state),

  scenes: async (refs) => refs.map((ref) => sceneOf(state, ref)),

  async add(events) {
    for (const event of events) {
      const { id: conversationId, inboxId } = event.payload.conversation
      const waiting = [...state.webhookDeliveries.values()].filter(
        (row) => row.conversationId === conversationId && row.state === 'pending',
      )
      const eventId = nextId(state)
      state.businessEvents.set(eventId, stored(event))
      save(state, {
        ...{
          id: `00000000-0000-7000-8000-${String(eventId).padStart(12, '0')}`,
          accountId: event.accountId,
          inboxId,
          conversationId,
          eventId,
        },
        ...{ state: 'pending', attempts: 0, dueAt: Math.max(event.at, ...waiting.map(({ dueAt }) => dueAt)), claimedUntil: null },
        ...{ attemptedAt: null, deliveredAt: null, lastStatus: null, lastError: null },
      })
    }
  },

  async take(inbox, { now, until, width, most }) {
    const pending = ofInbox(state, inbox).filter((row) => row.state === 'pending')
    const isClaimed = ({ claimedUntil }: WebhookRow): boolean => claimedUntil !== null && claimedUntil > now
    const room = Math.max(0, Math.min(most, width - pending.filter(isClaimed).length))
    const due = pending.filter((row) => row.dueAt <= now && !isClaimed(row) && isHead(state, row))
    const taken = due.toSorted((a, b) => a.dueAt - b.dueAt || a.eventId - b.eventId).slice(0, room)
    return taken.map((row) => {
      const attempts = row.attempts + 1
      save(state, { ...row, attempts, claimedUntil: until, attemptedAt: now })
      const target = targetOf(state, inbox)
      return { id: row.id, inboxId: row.inboxId, attempts, deliveredAt: row.deliveredAt, event: eventOf(state, row), target }
    })
  },

  async settle({ id, attempts }, { state: standing, dueAt, status, error }, now) {
    const row = [...state.webhookDeliveries.values()].find((each) => each.id === id)
    if (row?.attempts !== attempts || row.state !== 'pending') return false
    const deliveredAt = standing === 'delivered' ? (row.deliveredAt ?? now) : row.deliveredAt
    save(state, { ...row, state: standing, dueAt, claimedUntil: null, lastStatus: status, lastError: error, deliveredAt })
    if (standing !== 'pending') return true
    for (const other of state.webhookDeliveries.values())
      if (other.conversationId === row.conversationId && other.state === 'pending' && other.dueAt < dueAt) save(state, { ...other, dueAt })
    return true
  },

  async nextDue(inbox, now) {
    const due = ofInbox(state, inbox).flatMap((row) => (row.state === 'pending' && row.dueAt > now ? [row.dueAt] : []))
    return due.length === 0 ? null : Math.min(...due)
  },

  async inboxesDue(now, after, limit) {
    const due = [...state.webhookDeliveries.values()].filter(
      (row) => row.state === 'pending' && row.dueAt <= now && row.inboxId > after && (row.claimedUntil === null || row.claimedUntil <= now),
    )
    const inboxes = new Map(due.map(({ accountId, inboxId }) => [inboxId, { accountId, inboxId }]))
    return [...inboxes.values()].toSorted((a, b) => a.inboxId - b.inboxId).slice(0, limit)
  },

  async past(inbox, which, after, limit) {
    return ofInbox(state, inbox)
      .filter((row) => row.eventId > after && fits(state, row, which) && isWorthRepeating(state, row))
      .slice(0, limit)
      .map((row) => {
        const event = eventOf(state, row)
        const messageId = event.name === 'message_created' ? event.payload.message.id : null
        return { id: row.id, position: row.eventId, conversationId: row.conversationId, messageId }
      })
  },

  async reopen(inbox, ids, now) {
    for (const row of ofInbox(state, inbox))
      if (ids.includes(row.id) && row.state !== 'pending')
        save(state, { ...row, state: 'pending', attempts: 0, dueAt: now, claimedUntil: null })
  },
})

export const fakeWebhookQueries = (state: () => FakeState): Pick<Queries, 'webhookDeliveries'> => ({
  async webhookDeliveries(accountId, inboxId, { state: wanted, page }) {
    const found = ofInbox(state(), { accountId, inboxId }).filter((row) => wanted === undefined || row.state === wanted)
    return pageOf(found.toReversed(), page, 25).map((row) => {
      const { name: event, at, payload } = eventOf(state(), row)
      const { id, state: standing, attempts, dueAt, attemptedAt, deliveredAt, lastStatus, lastError } = row
      return {
        ...{
          id,
          event,
          at,
          conversationDisplayId: payload.conversation.displayId,
          messageId: 'message' in payload ? payload.message.id : null,
        },
        ...{ state: standing, attempts, dueAt: standing === 'pending' ? dueAt : null, attemptedAt, deliveredAt, lastStatus, lastError },
      }
    })
  },
})
