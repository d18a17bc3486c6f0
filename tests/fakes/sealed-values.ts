import { credentialContext, type InboxRef } from '#application/ports/credentials.ts'
import { secretContext } from '#application/ports/inbox-secrets.ts'
import type { SealedValue, SealedValues } from '#application/ports/sealed-values.ts'
import { settingContext } from '#application/ports/settings.ts'
import { saveSecret, secretOf } from './inbox-secrets.ts'
import { change, existing, type FakeState } from './state.ts'

const ofAccount = ({ credentials }: FakeState, { accountId, inboxId }: InboxRef): string | undefined => {
  const row = credentials.get(inboxId)
  return row?.accountId === accountId ? row.sealed : undefined
}

export const fakeSealedValues = (state: FakeState): SealedValues => {
  const standing = ({ of }: SealedValue): string | null | undefined => {
    if (of.kind === 'setting') return state.sealedSettings.get(of.name)
    if (of.kind === 'credential') return ofAccount(state, of)
    return secretOf(state, { ...of, kind: of.kind })?.sealed
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

    async secrets(after, limit) {
      const behind = [...state.inboxSecrets.values()].filter(({ inboxId }) => inboxId > after).toSorted((a, b) => a.inboxId - b.inboxId)
      const last = behind.at(Math.min(limit, behind.length) - 1)
      return behind
        .filter(({ inboxId }) => last && inboxId <= last.inboxId)
        .map(({ accountId, inboxId, kind, sealed }) => {
          const connection = existing(state.connections, inboxId, 'connection')
          return { of: { kind, accountId, inboxId }, context: secretContext(kind, { inboxId, ...connection }), sealed }
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
      const { of } = value
      if (of.kind === 'setting') state.sealedSettings.set(of.name, sealed)
      else if (of.kind === 'credential') change(state.credentials, of.inboxId, { sealed })
      else saveSecret(state, { ...of, kind: of.kind }, sealed)
      return true
    },
  }
}
