import { inOne } from '#application/in-one.ts'
import type { Tx, UnitOfWork } from '#application/ports/unit-of-work.ts'

/** Repeats `step`, each time in a transaction of its own, until it finds nothing to do; answers how much all of them did. */
export const inBatches = async (unitOfWork: UnitOfWork, step: (tx: Tx) => Promise<number>): Promise<number> => {
  for (let total = 0; ; ) {
    const done = await inOne(unitOfWork, step)
    if (done === 0) return total
    total += done
  }
}
