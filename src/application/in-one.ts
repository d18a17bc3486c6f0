import type { Tx, UnitOfWork } from '#application/ports/unit-of-work.ts'
import { ok } from '#domain/shared/result.ts'

/** Work that is never answered with a "no", in one transaction. */
export const inOne = async <T>(unitOfWork: UnitOfWork, work: (tx: Tx) => Promise<T>): Promise<T> => {
  const done = await unitOfWork.run(async (tx) => ok(await work(tx)))
  if (!done.ok) throw new Error('cannot happen: the work answers ok')
  return done.value
}
