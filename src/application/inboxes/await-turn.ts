import { inOne } from '#application/in-one.ts'
import { allowCalls, type WantedCall } from '#application/inboxes/pacing.ts'
import type { Clock, WaitUntil } from '#application/ports/clock.ts'
import type { UnitOfWork } from '#application/ports/unit-of-work.ts'
import type { Caller } from '#domain/inbox/pace.ts'
import { seconds } from '#domain/shared/instant.ts'

/** Resolves when one more call may be made: for what is under way and takes more than one. */
export type AwaitTurn = (call: Omit<WantedCall, keyof Caller>) => Promise<void>

const onTheSpot: Caller = { hasWaited: true, lead: 0, patience: seconds(10) }

interface Dependencies {
  readonly unitOfWork: UnitOfWork
  readonly clock: Clock
  readonly waitUntil: WaitUntil
}

export const createAwaitTurn =
  ({ unitOfWork, clock, waitUntil }: Dependencies): AwaitTurn =>
  async (call) => {
    for (;;) {
      const [allowance] = await inOne(unitOfWork, (tx) => allowCalls(tx, [{ ...call, ...onTheSpot }], clock.now()))
      await waitUntil(allowance?.may === 'wait' ? allowance.until : (allowance?.at ?? 0))
      if (allowance?.may !== 'wait') return
    }
  }
