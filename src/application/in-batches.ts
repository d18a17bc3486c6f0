import type { Tx, UnitOfWork } from '#application/ports/unit-of-work.ts'
import { ok } from '#domain/shared/result.ts'

/** Repeats `step`, each time in a transaction of its own, until it finds nothing to do; answers how much all of them did. */
export const inBatches = async (unitOfWork: UnitOfWork, step: (tx: Tx) => Promise<number>): Promise<number> => {
  for (let total = 0; ; ) {
    const done = await unitOfWork.run(async (tx) => ok(await step(tx)))
    if (!done.ok || done.value === 0) return total
    total += done.value
  }
}
