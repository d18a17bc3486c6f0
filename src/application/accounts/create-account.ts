import type { Clock } from '#application/ports/clock.ts'
import type { UnitOfWork } from '#application/ports/unit-of-work.ts'
import type { AccountId } from '#domain/shared/ids.ts'
import { err, ok, type Result } from '#domain/shared/result.ts'

export type CreateAccountError = { readonly code: 'account.name_missing' }

/** Makes an empty account: one tenant of this installation. */
export type CreateAccount = (command: {
  readonly name: string
  readonly locale?: string | undefined
}) => Promise<Result<AccountId, CreateAccountError>>

interface Dependencies {
  readonly unitOfWork: UnitOfWork
  readonly clock: Clock
}

export const createCreateAccount =
  ({ unitOfWork, clock }: Dependencies): CreateAccount =>
  async ({ name, locale = 'en' }) => {
    const trimmed = name.trim()
    if (trimmed === '') return err({ code: 'account.name_missing' })
    return unitOfWork.run(async (tx) => ok(await tx.accounts.insertAccount({ name: trimmed, locale, at: clock.now() })))
  }
