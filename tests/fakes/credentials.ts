import type { Credentials, InboxRef, TokenRef } from '#application/ports/credentials.ts'
import type { CredentialRow, FakeState } from './state.ts'

const isFree = ({ claimedUntil }: CredentialRow, now: number): boolean => claimedUntil === null || claimedUntil <= now

export const fakeCredentials = ({ inboxes, credentials }: FakeState): Credentials => {
  const ofInbox = ({ accountId, inboxId }: InboxRef): CredentialRow | undefined => {
    const row = credentials.get(inboxId)
    return row?.accountId === accountId ? row : undefined
  }

  const change = (token: TokenRef, changes: Partial<CredentialRow>): boolean => {
    const row = ofInbox(token)
    if (row?.issuedAt !== token.issuedAt) return false
    credentials.set(token.inboxId, { ...row, claimedUntil: null, ...changes })
    return true
  }

  return {
    async save({ accountId, inboxId }, { sealed, issuedAt, expiresAt, refreshAt, failures }) {
      if (inboxes.get(inboxId)?.accountId !== accountId) return
      const fresh = { claimedUntil: null, lastRefreshedAt: null, refreshError: null, warnedDays: null }
      credentials.set(inboxId, { accountId, sealed, issuedAt, expiresAt, refreshAt, failures, ...fresh })
    },

    async findAll(refs) {
      const isAsked = (inboxId: number, accountId: number) => refs.some((ref) => ref.inboxId === inboxId && ref.accountId === accountId)
      return [...credentials]
        .filter(([inboxId, { accountId }]) => isAsked(inboxId, accountId))
        .map(([inboxId, { accountId, sealed, issuedAt, expiresAt }]) => ({ accountId, inboxId, sealed, issuedAt, expiresAt }))
    },

    async due(now, limit, after) {
      return [...credentials]
        .flatMap(([inboxId, row]) =>
          row.refreshAt !== null && row.refreshAt <= now && isFree(row, now)
            ? [{ accountId: row.accountId, inboxId, refreshAt: row.refreshAt }]
            : [],
        )
        .toSorted((a, b) => a.refreshAt - b.refreshAt || a.inboxId - b.inboxId)
        .filter((due) => !after || due.refreshAt > after.refreshAt || (due.refreshAt === after.refreshAt && due.inboxId > after.inboxId))
        .slice(0, limit)
    },

    async claim(inbox, now, until) {
      const row = ofInbox(inbox)
      if (!row || row.refreshAt === null || row.refreshAt > now || !isFree(row, now)) return undefined
      credentials.set(inbox.inboxId, { ...row, claimedUntil: until })
      const { sealed, issuedAt, expiresAt, refreshAt, failures, warnedDays } = row
      return { sealed, issuedAt, expiresAt, refreshAt, failures, warnedDays }
    },

    async renew(token, { sealed, issuedAt, expiresAt, refreshAt, failures }, refreshedAt) {
      const fresh = { refreshError: null, lastRefreshedAt: refreshedAt, warnedDays: null }
      return change(token, { sealed, issuedAt, expiresAt, refreshAt, failures, ...fresh })
    },

    putBack: async (token, { refreshAt, failures, warnedDays }, error) =>
      change(token, { refreshAt, failures, warnedDays, ...(error === undefined ? {} : { refreshError: error }) }),

    async lookAt(inbox, at) {
      const row = ofInbox(inbox)
      if (row) credentials.set(inbox.inboxId, { ...row, refreshAt: at })
    },

    retire: async (token) => change(token, { refreshAt: null }),
  }
}
