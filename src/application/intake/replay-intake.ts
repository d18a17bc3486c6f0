import type { IntakeSelection } from '#application/ports/intake.ts'
import type { UnitOfWork } from '#application/ports/unit-of-work.ts'
import { ok } from '#domain/shared/result.ts'

/** Applies events again. What they had done already they do not do twice. Answers how many. */
export type ReplayIntake = (selection: IntakeSelection) => Promise<number>

interface Dependencies {
  readonly unitOfWork: UnitOfWork
  readonly wakeIntake: () => void
}

export const createReplayIntake =
  ({ unitOfWork, wakeIntake }: Dependencies): ReplayIntake =>
  async (selection) => {
    const replayed = await unitOfWork.run(async (tx) => ok(await tx.intake.replay(selection)))
    wakeIntake()
    return replayed.ok ? replayed.value : 0
  }
