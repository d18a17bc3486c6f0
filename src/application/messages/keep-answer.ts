import { inOne } from '#application/in-one.ts'
import type { RequestKey } from '#application/ports/request-keys.ts'
import type { UnitOfWork } from '#application/ports/unit-of-work.ts'

/** Keeps what a request with a key was answered, to be said again when it is repeated. */
export type KeepAnswer = (key: RequestKey, answer: string) => Promise<void>

export const createKeepAnswer =
  ({ unitOfWork }: { readonly unitOfWork: UnitOfWork }): KeepAnswer =>
  async (key, answer) => {
    await inOne(unitOfWork, (tx) => tx.requestKeys.keepAnswer(key, answer))
  }
