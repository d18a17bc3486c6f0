import type { ChannelKey, ConnectedInbox, ConnectionDetails, Inboxes } from '#application/ports/inboxes.ts'
import { noTemplates } from '#domain/conversation/templates.ts'
import { maySend } from '#domain/inbox/connection.ts'
import { clockSkew, echoPatience, echoPause, shortestSilence } from '#domain/inbox/silence.ts'
import { hours } from '#domain/shared/instant.ts'
import { stored } from './messages.ts'
import { type Connection, change, existing, type FakeState, nextId } from './state.ts'

const sameKey = (a: ChannelKey, b: ChannelKey): boolean => a.channel === b.channel && a.channelKey === b.channelKey

const standing = (state: FakeState, inboxId: number, { channel, channelKey, state: how }: Connection): ConnectedInbox => {
  const { accountId, lockToSingleConversation, templates } = existing(state.inboxes, inboxId, 'inbox')
  return { inboxId, accountId, channel, channelKey, state: how, lockToSingleConversation, templates }
}

const connected = (state: FakeState): ConnectedInbox[] =>
  [...state.connections].map(([inboxId, connection]) => standing(state, inboxId, connection))

export const holder = (state: FakeState, key: ChannelKey): ConnectedInbox | undefined =>
  connected(state).find((inbox) => inbox.state !== 'disconnected' && sameKey(inbox, key))

const pick = ({
  alternateKey,
  providerName,
  accountType,
  permissions,
  connectedBy,
  connectedAt,
}: ConnectionDetails): ConnectionDetails => ({
  alternateKey,
  providerName,
  accountType,
  permissions,
  connectedBy,
  connectedAt,
})

const find = async (state: FakeState, accountId: number, inboxId: number): Promise<ConnectedInbox | undefined> => {
  const connection = state.connections.get(inboxId)
  return connection && state.inboxes.get(inboxId)?.accountId === accountId ? standing(state, inboxId, connection) : undefined
}

const isSuspect = (state: FakeState, [inboxId, connection]: [number, Connection], now: number): boolean => {
  const { lastEventAt, quietSince, silenceLookAt, silenceToldAt } = connection
  if (quietSince !== null) return lastEventAt !== null && lastEventAt > quietSince - clockSkew && lastEventAt !== quietSince
  if (lastEventAt !== null && lastEventAt <= now - shortestSilence && (silenceLookAt ?? now) <= now) return true
  if (silenceToldAt !== null && silenceToldAt > now - echoPause) return false
  if (lastEventAt !== null && lastEventAt > now - echoPatience) return false
  const since = Math.max(lastEventAt ?? 0, now - hours(1))
  return [...state.conversations.values()].some((each) => each.inboxId === inboxId && each.lastActivityAt > since)
}

export const fakeInboxes = (state: FakeState): Inboxes => ({
  async settings(accountId, inboxId) {
    const inbox = state.inboxes.get(inboxId)
    if (inbox?.accountId !== accountId) return undefined
    const { name, lockToSingleConversation, webhookUrl, replyHours, hmacMandatory, templates } = inbox
    return { name, lockToSingleConversation, webhookUrl, replyHours, hmacMandatory, ...(templates ?? noTemplates) }
  },

  async saveSettings(accountId, inboxId, settings) {
    if (state.inboxes.get(inboxId)?.accountId !== accountId) return
    const { name, lockToSingleConversation, webhookUrl, replyHours, hmacMandatory, ...templates } = stored(settings)
    change(state.inboxes, inboxId, { name, lockToSingleConversation, webhookUrl, replyHours, hmacMandatory, templates })
  },

  async byChannelKeys(keys) {
    return connected(state).filter((inbox) => inbox.state !== 'disconnected' && keys.some((key) => sameKey(inbox, key)))
  },

  async byId(inboxId) {
    return connected(state).find((inbox) => inbox.inboxId === inboxId)
  },

  async ofAccount(accountId, key) {
    return connected(state).findLast((inbox) => inbox.accountId === accountId && sameKey(inbox, key))
  },

  async insert({ accountId, name, channel, channelKey, webhookUrl = null, lockToSingleConversation = false, replyHours = null }, details) {
    existing(state.accounts, accountId, 'account')
    if (holder(state, { channel, channelKey })) return undefined
    const id = nextId(state)
    const unheard = {
      webhooksSubscribed: false,
      subscriptionCheckedAt: null,
      lastEventAt: null,
      lastError: null,
      quietSince: null,
      silenceLookAt: null,
      silenceToldAt: null,
    }
    const unset = { webhookGoneAt: null, hmacMandatory: false, templates: null }
    state.inboxes.set(id, { accountId, channel, name, lockToSingleConversation, webhookUrl, replyHours, ...unset })
    state.connections.set(id, { channel, channelKey, ...pick(details), state: 'connected', ...unheard })
    return id
  },

  async reconnect(inboxId, details) {
    const connection = state.connections.get(inboxId)
    const held = connection && holder(state, connection)
    if (held && held.inboxId !== inboxId) return false
    change(state.connections, inboxId, { ...pick(details), state: 'connected', lastError: null })
    return connection !== undefined
  },

  async setState(inboxId, how, lastError) {
    change(state.connections, inboxId, { state: how, ...(lastError === undefined ? {} : { lastError }) })
  },

  async setSubscribed(inboxId, webhooksSubscribed, lastError) {
    const before = state.connections.get(inboxId)?.webhooksSubscribed ?? false
    change(state.connections, inboxId, { webhooksSubscribed, lastError })
    return before
  },

  async ofProviderAccount(channel, key) {
    return connected(state).flatMap((inbox) => {
      const { alternateKey, connectedAt } = existing(state.connections, inbox.inboxId, 'connection')
      return inbox.channel === channel && [inbox.channelKey, alternateKey].includes(key) ? [{ ...inbox, connectedAt }] : []
    })
  },

  async setPermissions(inboxId, permissions) {
    change(state.connections, inboxId, { permissions })
  },

  async cut(inboxId, lastError) {
    change(state.connections, inboxId, { state: 'disconnected', webhooksSubscribed: false, lastError })
    state.credentials.delete(inboxId)
  },

  async forgetOwner(inboxId) {
    const nothing = { providerName: '', alternateKey: null, accountType: null, permissions: [] }
    if (state.connections.get(inboxId)?.state === 'disconnected') change(state.connections, inboxId, nothing)
  },

  async takeSubscriptionChecks({ kinds, agreedBefore, refusedBefore, now, limit }) {
    const isDue = ({ channel, state: standing, webhooksSubscribed, subscriptionCheckedAt: at }: Connection): boolean =>
      kinds.includes(channel) && maySend(standing) && (at === null || at <= agreedBefore || (!webhooksSubscribed && at <= refusedBefore))
    const due = [...state.connections].filter(([, connection]) => isDue(connection)).slice(0, limit)
    for (const [inboxId] of due) change(state.connections, inboxId, { subscriptionCheckedAt: now })
    return due.map(([inboxId]) => ({ inboxId, accountId: existing(state.inboxes, inboxId, 'inbox').accountId }))
  },

  async noteEvents(latest) {
    for (const [inboxId, at] of latest) {
      const { lastEventAt = null } = state.connections.get(inboxId) ?? {}
      change(state.connections, inboxId, { lastEventAt: Math.max(lastEventAt ?? at, at) })
    }
  },

  async silenceSuspects({ kinds, now, limit, after }) {
    return [...state.connections]
      .filter(([id, { channel, state: how }]) => id > after && kinds.includes(channel) && maySend(how))
      .filter((row) => isSuspect(state, row, now))
      .toSorted(([a], [b]) => a - b)
      .slice(0, limit)
      .map(([inboxId, { lastEventAt, quietSince }]) => {
        const { accountId } = existing(state.inboxes, inboxId, 'inbox')
        return { accountId, inboxId, lastEventAt, quietSince }
      })
  },

  async noteSilence(inboxId, { before, quietSince, lookAt, toldAt }) {
    const connection = state.connections.get(inboxId)
    if (connection?.quietSince !== before) return false
    change(state.connections, inboxId, { quietSince, silenceLookAt: lookAt, silenceToldAt: toldAt ?? connection.silenceToldAt })
    return true
  },

  find: (accountId, inboxId) => find(state, accountId, inboxId),
  async findAll(refs) {
    return connected(state).filter((inbox) => refs.some((ref) => ref.accountId === inbox.accountId && ref.inboxId === inbox.inboxId))
  },
  lock: (accountId, inboxId) => find(state, accountId, inboxId),
})
