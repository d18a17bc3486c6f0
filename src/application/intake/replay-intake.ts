import { inOne } from '#application/in-one.ts'
import type { IntakeSelection } from '#application/ports/intake.ts'
import type { UnitOfWork } from '#application/ports/unit-of-work.ts'

/** Applies events again. What they had done already they do not do twice. Answers how many. */
export type ReplayIntake = (selection: IntakeSelection) => Promise<number>

interface Dependencies {
  readonly unitOfWork: UnitOfWork
  readonly wakeIntake: () => void
}

export const createReplayIntake =
  ({ unitOfWork, wakeIntake }: Dependencies): ReplayIntake =>
  async (selection) => {
    const replayed = await inOne(unitOfWork, (tx) => tx.intake.replay(selection))
    wakeIntake()
    return replayed
  }
