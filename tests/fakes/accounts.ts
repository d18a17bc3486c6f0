import type { Accounts, TokenOwner } from '#application/ports/accounts.ts'
import { type FakeState, nextId } from './state.ts'

export const digestKey = (digest: Uint8Array): string => Buffer.from(digest).toString('hex')

export const memberKey = (accountId: number, userId: number): string => `${accountId} ${userId}`

const isOwner =
  (owner: TokenOwner) =>
  (other: TokenOwner): boolean =>
    'userId' in owner
      ? 'userId' in other && other.userId === owner.userId
      : 'platformAppId' in other && other.platformAppId === owner.platformAppId

export const fakeAccounts = (state: FakeState): Accounts => ({
  async insertAccount({ name, locale }) {
    if (name === '') throw new Error('An account has a name.')
    const id = nextId(state)
    state.accounts.set(id, { id, name, locale, status: 'active', customAttributes: {}, nextDisplayId: 1 })
    return id
  },

  async ensureUser({ name, email }) {
    if (email !== email.toLowerCase()) throw new Error('An e-mail is lower-case.')
    const known = [...state.users.values()].find((user) => user.email === email)
    if (known) return known.id
    const id = nextId(state)
    state.users.set(id, { id, name, email, customAttributes: {} })
    return id
  },

  async setMembership({ accountId, userId, role }) {
    if (!state.accounts.has(accountId) || !state.users.has(userId)) return false
    state.memberships.set(memberKey(accountId, userId), { accountId, userId, role })
    return true
  },

  async ensurePlatformApp({ name }) {
    const [known] = [...state.platformApps].find(([, app]) => app.name === name) ?? []
    if (known !== undefined) return known
    const id = nextId(state)
    state.platformApps.set(id, { name })
    return id
  },

  async addToken(owner, digest) {
    const exists = 'userId' in owner ? state.users.has(owner.userId) : state.platformApps.has(owner.platformAppId)
    if (exists && !state.tokens.has(digestKey(digest))) state.tokens.set(digestKey(digest), owner)
    return exists
  },

  async removeToken(digest) {
    state.tokens.delete(digestKey(digest))
  },

  async removeTokens(owner) {
    for (const [digest, other] of state.tokens) if (isOwner(owner)(other)) state.tokens.delete(digest)
  },
})
