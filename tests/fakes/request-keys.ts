import type { RequestKey, RequestKeys } from '#application/ports/request-keys.ts'
import type { FakeState } from './state.ts'

const nameOf = ({ accountId, userId, address, key }: RequestKey): string => JSON.stringify([accountId, userId, address, key])

/** Nobody else holds a key in here: runs come one after the other. */
export const fakeRequestKeys = ({ requestKeys }: FakeState): RequestKeys => ({
  async claim(request, at, since) {
    const row = requestKeys.get(nameOf(request))
    if (row && row.messageId !== null && row.at > since) {
      const { digest, messageId, answer } = row
      return { state: 'done', digest, messageId, answer }
    }
    requestKeys.set(nameOf(request), { digest: request.digest, messageId: null, answer: null, at })
    return { state: 'first' }
  },

  async settle(key, messageId) {
    const row = requestKeys.get(nameOf(key))
    if (row) requestKeys.set(nameOf(key), { ...row, messageId })
  },

  async keepAnswer(key, answer) {
    const row = requestKeys.get(nameOf(key))
    if (row) requestKeys.set(nameOf(key), { ...row, answer })
  },

  async prune(before, limit) {
    const old = [...requestKeys].filter(([, { at }]) => at < before).slice(0, limit)
    for (const [name] of old) requestKeys.delete(name)
    return old.length
  },
})
