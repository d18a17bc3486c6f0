import { credentialContext, hmacTokenContext, type InboxRef } from '#application/ports/credentials.ts'
import type { SealedValue, SealedValues } from '#application/ports/sealed-values.ts'
import { settingContext } from '#application/ports/settings.ts'
import { webhookContext } from '#application/ports/webhooks.ts'
import { change, existing, type FakeState } from './state.ts'

const ofAccount = ({ credentials }: FakeState, { accountId, inboxId }: InboxRef): string | undefined => {
  const row = credentials.get(inboxId)
  return row?.accountId === accountId ? row.sealed : undefined
}

const ofInbox = ({ inboxes }: FakeState, { accountId, inboxId }: InboxRef): string | undefined => {
  const row = inboxes.get(inboxId)
  return row?.accountId === accountId ? (row.webhookSecret ?? undefined) : undefined
}

export const fakeSealedValues = (state: FakeState): SealedValues => {
  const standing = ({ of }: SealedValue): string | null | undefined => {
    if (of.kind === 'setting') return state.sealedSettings.get(of.name)
    if (of.kind === 'credential') return ofAccount(state, of)
    if (of.kind === 'webhook') return ofInbox(state, of)
    const inbox = state.inboxes.get(of.inboxId)
    return inbox?.accountId === of.accountId ? inbox.sealedHmacToken : undefined
  }
  return {
    async credentials(after, limit) {
      return [...state.credentials]
        .filter(([inboxId]) => inboxId > after)
        .toSorted(([a], [b]) => a - b)
        .slice(0, limit)
        .map(([inboxId, { accountId, sealed }]) => {
          const { channel, channelKey } = existing(state.connections, inboxId, 'connection')
          return { of: { kind: 'credential', accountId, inboxId }, context: credentialContext(channel, channelKey), sealed }
        })
    },

    async hmacTokens(after, limit) {
      return [...state.inboxes]
        .toSorted(([a], [b]) => a - b)
        .flatMap(([inboxId, { accountId, sealedHmacToken: sealed }]) => {
          if (inboxId <= after || sealed === null) return []
          return [{ of: { kind: 'hmac_token' as const, accountId, inboxId }, context: hmacTokenContext(inboxId), sealed }]
        })
        .slice(0, limit)
    },

    async webhooks(after, limit) {
      return [...state.inboxes]
        .filter(([inboxId, { webhookSecret }]) => inboxId > after && webhookSecret !== null)
        .toSorted(([a], [b]) => a - b)
        .slice(0, limit)
        .map(([inboxId, { accountId, webhookSecret }]) => {
          const { channel, channelKey } = existing(state.connections, inboxId, 'connection')
          return { of: { kind: 'webhook', accountId, inboxId }, context: webhookContext(channel, channelKey), sealed: webhookSecret ?? '' }
        })
    },

    async settings() {
      return [...state.sealedSettings]
        .toSorted(([a], [b]) => (a < b ? -1 : 1))
        .map(([name, sealed]) => ({ of: { kind: 'setting', name }, context: settingContext(name), sealed }))
    },

    setting: async (name) => state.sealedSettings.get(name),

    async insertSetting(name, sealed) {
      if (!state.sealedSettings.has(name)) state.sealedSettings.set(name, sealed)
    },

    async replace(value, sealed) {
      if (standing(value) !== value.sealed) return false
      if (value.of.kind === 'setting') state.sealedSettings.set(value.of.name, sealed)
      else if (value.of.kind === 'credential') change(state.credentials, value.of.inboxId, { sealed })
      else if (value.of.kind === 'webhook') change(state.inboxes, value.of.inboxId, { webhookSecret: sealed })
      else change(state.inboxes, value.of.inboxId, { sealedHmacToken: sealed })
      return true
    },
  }
}
