import type { Clock } from '#application/ports/clock.ts'
import type { UnitOfWork } from '#application/ports/unit-of-work.ts'
import { isEmail } from '#domain/contact/contact.ts'
import type { UserId } from '#domain/shared/ids.ts'
import { err, ok, type Result } from '#domain/shared/result.ts'

export type CreateUserError = { readonly code: 'user.name_missing' } | { readonly code: 'user.email_invalid' }

/** Makes a user, or answers the one who already has this e-mail (as Chatwoot's platform API does). */
export type CreateUser = (command: { readonly name: string; readonly email: string }) => Promise<Result<UserId, CreateUserError>>

interface Dependencies {
  readonly unitOfWork: UnitOfWork
  readonly clock: Clock
}

export const createCreateUser =
  ({ unitOfWork, clock }: Dependencies): CreateUser =>
  async (command) => {
    const name = command.name.trim()
    const email = command.email.trim().toLowerCase()
    if (name === '') return err({ code: 'user.name_missing' })
    if (!isEmail(email)) return err({ code: 'user.email_invalid' })
    return unitOfWork.run(async (tx) => ok(await tx.accounts.ensureUser({ name, email, at: clock.now() })))
  }
