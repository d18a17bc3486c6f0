import type { InboxView, Queries } from '#application/ports/queries.ts'
import { rhythmSpan } from '#domain/inbox/silence.ts'
import { digestKey } from './accounts.ts'
import { fakeConversationQueries } from './conversation-queries.ts'
import { fakeDataDeletionQueries } from './data-deletions.ts'
import { fakeErasureQueries } from './erasures.ts'
import { fakeIntakeQueries } from './intake-queries.ts'
import { fakeMediaQueries } from './media.ts'
import { fakeMessageQueries } from './message-queries.ts'
import { compareText, pageOf } from './paging.ts'
import { existing, type FakeState } from './state.ts'
import { fakeVisitorQueries } from './visitors.ts'
import { fakeWebhookQueries } from './webhooks.ts'

type ActorQueries = Pick<Queries, 'actorByToken' | 'accounts' | 'account' | 'user' | 'accountUsers'>

const actorQueries = (state: () => FakeState): ActorQueries => ({
  async actorByToken(digest) {
    const owner = state().tokens.get(digestKey(digest))
    if (owner === undefined) return undefined
    if ('platformAppId' in owner) return { kind: 'platform_app', platformAppId: owner.platformAppId }
    const { id, name, email } = existing(state().users, owner.userId, 'user')
    const theirs = [...state().memberships.values()].filter(({ userId }) => userId === id)
    return { kind: 'user', userId: id, name, email, roles: Object.fromEntries(theirs.map(({ accountId, role }) => [accountId, role])) }
  },

  async accounts(page) {
    const all = [...state().accounts.values()].map(({ nextDisplayId: _, ...account }) => account)
    return pageOf(all, page, 25)
  },

  async account(id) {
    const { nextDisplayId: _, ...account } = state().accounts.get(id) ?? {}
    return 'id' in account ? account : undefined
  },

  user: async (id) => state().users.get(id),

  async accountUsers(id) {
    const members = [...state().memberships.values()].filter(({ accountId }) => accountId === id).toSorted((a, b) => a.userId - b.userId)
    return members.map(({ userId, role }) => ({ ...existing(state().users, userId, 'user'), role }))
  },
})

const inboxQueries = (state: () => FakeState): Pick<Queries, 'inboxes' | 'inbox' | 'connections' | 'inboxRhythm'> => {
  const connectionOf = (id: number): InboxView['connection'] => {
    const connection = state().connections.get(id)
    if (connection === undefined) return null
    const { channelKey, providerName, state: standing, webhooksSubscribed, lastEventAt, lastError } = connection
    const { accountType, permissions, connectedAt, quietSince } = connection
    const credential = state().credentials.get(id)
    const token = { tokenExpiresAt: credential?.expiresAt ?? null, lastRefreshedAt: credential?.lastRefreshedAt ?? null }
    const heard = { webhooksSubscribed, lastEventAt, lastError: lastError ?? credential?.refreshError ?? null }
    const { lookedAt = null, lastMissed: missed = 0, lastMissedAt: missedAt = null, error = null } = state().gapFills.get(id) ?? {}
    const since = { connectedAt, quietSince, gapFill: { lookedAt, missed, missedAt, error } }
    return { channelKey, providerName, state: standing, ...heard, ...token, accountType, permissions, ...since }
  }
  const ofAccount = (accountId: number): InboxView[] =>
    [...state().inboxes]
      .filter(([, inbox]) => inbox.accountId === accountId)
      .map(([id, inbox]) => ({ id, ...inbox, connection: connectionOf(id) }))
      .toSorted((a, b) => compareText(a.name.toLowerCase(), b.name.toLowerCase()) || a.id - b.id)
  return {
    inboxes: async (accountId) => ofAccount(accountId),
    inbox: async (accountId, id) => ofAccount(accountId).find((inbox) => inbox.id === id),

    async connections(page) {
      const all = [...state().inboxes].filter(([id]) => state().connections.has(id)).toSorted(([a], [b]) => a - b)
      return pageOf(all, page, 25).map(([inboxId, { accountId, name }]) => ({ accountId, inboxId, name }))
    },

    async inboxRhythm(accountId, inboxId, lastEventAt) {
      const ours = [...state().conversations.values()].filter((each) => each.accountId === accountId && each.inboxId === inboxId)
      const since = lastEventAt === null ? Number.POSITIVE_INFINITY : lastEventAt - rhythmSpan
      const isSent = (id: number): boolean => [...state().parts.values()].some((part) => part.messageId === id && part.state === 'accepted')
      const sent = [...state().messages.values()].filter(
        ({ id, conversationId, type, author, createdAt }) =>
          ours.some((each) => each.id === conversationId) &&
          type === 'outgoing' &&
          author !== 'native_app' &&
          createdAt > (lastEventAt ?? 0) &&
          isSent(id),
      )
      return {
        conversations: ours.filter(({ lastIncomingAt }) => lastIncomingAt !== null && lastIncomingAt >= since).length,
        lastSentAt: sent.length === 0 ? null : Math.max(...sent.map(({ createdAt }) => createdAt)),
      }
    },
  }
}

export const fakeQueries = (state: () => FakeState): Queries => ({
  ...actorQueries(state),
  ...inboxQueries(state),
  ...fakeConversationQueries(state),
  ...fakeMessageQueries(state),
  ...fakeMediaQueries(state),
  ...fakeIntakeQueries(state),
  ...fakeDataDeletionQueries(state),
  ...fakeErasureQueries(state),
  ...fakeVisitorQueries(state),
  ...fakeWebhookQueries(state),
})
