import type { DataDeletions } from '#application/ports/data-deletions.ts'
import type { Queries } from '#application/ports/queries.ts'
import type { FakeState } from './state.ts'

export const fakeDataDeletions = ({ dataDeletions }: FakeState): DataDeletions => ({
  async request(deletion) {
    const { code, channel, accountKey, issuedAt } = deletion
    const ofAccount = [...dataDeletions.values()].filter((each) => each.channel === channel && each.accountKey === accountKey)
    const same = ofAccount.find((each) => each.issuedAt === issuedAt) ?? ofAccount.find(({ completedAt }) => completedAt === null)
    if (same) return { code: same.code, isNew: false }
    dataDeletions.set(code, { ...deletion, completedAt: null })
    return { code, isNew: true }
  },

  async waiting(code) {
    const found = dataDeletions.get(code)
    return found && found.completedAt === null ? { code, channel: found.channel, accountKey: found.accountKey } : undefined
  },

  async complete(code, at) {
    const found = dataDeletions.get(code)
    if (found?.completedAt === null) dataDeletions.set(code, { ...found, completedAt: at })
  },
})

export const fakeDataDeletionQueries = (state: () => FakeState): Pick<Queries, 'dataDeletion'> => ({
  async dataDeletion(channel, code) {
    const found = state().dataDeletions.get(code)
    return found?.channel === channel ? { requestedAt: found.requestedAt, completedAt: found.completedAt } : undefined
  },
})
