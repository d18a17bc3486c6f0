import type { Role } from '#application/ports/accounts.ts'
import type { Clock } from '#application/ports/clock.ts'
import type { UnitOfWork } from '#application/ports/unit-of-work.ts'
import type { AccountId, UserId } from '#domain/shared/ids.ts'
import { err, ok, type Result } from '#domain/shared/result.ts'

export type AddAccountUserError = { readonly code: 'membership.unknown_account_or_user' }

/** Makes a user an agent or administrator of an account; a second call changes the role. */
export type AddAccountUser = (command: {
  readonly accountId: AccountId
  readonly userId: UserId
  readonly role: Role
}) => Promise<Result<null, AddAccountUserError>>

interface Dependencies {
  readonly unitOfWork: UnitOfWork
  readonly clock: Clock
}

export const createAddAccountUser =
  ({ unitOfWork, clock }: Dependencies): AddAccountUser =>
  (command) =>
    unitOfWork.run(async (tx) =>
      (await tx.accounts.setMembership({ ...command, at: clock.now() })) ? ok(null) : err({ code: 'membership.unknown_account_or_user' }),
    )
