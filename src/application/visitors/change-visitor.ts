import type { Clock } from '#application/ports/clock.ts'
import type { ClientInboxView, VisitorView } from '#application/ports/visitors.ts'
import {
  type CheckIdentityDependencies,
  createCheckIdentity,
  type Identity,
  type IdentityError,
} from '#application/visitors/check-identity.ts'
import {
  checkDescription,
  type DescriptionError,
  type SelfDescription,
  wantPicture,
  writeDescribed,
} from '#application/visitors/self-description.ts'
import { isTheirs } from '#domain/contact/visitor.ts'
import { err, ok, type Result } from '#domain/shared/result.ts'

export interface ChangeVisitorCommand extends Identity, SelfDescription {
  readonly inbox: Pick<ClientInboxView, 'accountId' | 'inboxId' | 'hmacMandatory'>
  readonly visitor: Pick<VisitorView, 'sourceId' | 'access'>
}

export type ChangeVisitorError =
  | IdentityError
  | DescriptionError
  | { readonly code: 'visitor.unknown' | 'visitor.set_apart' | 'visitor.proof_elsewhere' }

/** Somebody says something else of themselves. Who they are nobody changes like this. */
export type ChangeVisitor = (command: ChangeVisitorCommand) => Promise<Result<null, ChangeVisitorError>>

interface Dependencies extends CheckIdentityDependencies {
  readonly clock: Clock
}

export const createChangeVisitor = (dependencies: Dependencies): ChangeVisitor => {
  const { unitOfWork, clock } = dependencies
  const checkIdentity = createCheckIdentity(dependencies)

  const write = ({ inbox, visitor, ...description }: ChangeVisitorCommand, proven: string | undefined): ReturnType<ChangeVisitor> =>
    unitOfWork.run(async (tx): ReturnType<ChangeVisitor> => {
      const { accountId, inboxId } = inbox
      const at = clock.now()
      const someone = await tx.contacts.newestInbox({ accountId, inboxId, contactId: undefined, sourceId: visitor.sourceId })
      const before = someone && (await tx.contacts.details(accountId, someone.contactId))
      if (!someone?.clientAccess || !before) return err({ code: 'visitor.unknown' })
      if (!isTheirs(someone.clientAccess)) return err({ code: 'visitor.set_apart' })
      if (proven !== undefined && before.identifier !== proven) return err({ code: 'identity.wrong' })
      const { contactId } = someone
      const saved = await writeDescribed(before, description, (contact) => tx.contacts.saveDetails(accountId, contactId, contact))
      if (!saved.ok) return saved.error.code === 'contact.identifier_taken' ? err({ code: 'visitor.unknown' }) : err(saved.error)
      await wantPicture(tx, { accountId, contactId, avatarUrl: description.avatarUrl, at })
      return ok(null)
    })

  return async (command) => {
    const { visitor, inbox } = command
    // That somebody proved who they are is in what they were given then; where it has to be proven, they would not have come so far.
    const proven = await checkIdentity({ ...inbox, hmacMandatory: false }, command)
    if (!proven.ok) return proven
    if (proven.value !== undefined && visitor.access !== 'proven') return err({ code: 'visitor.proof_elsewhere' })
    const description = checkDescription(command)
    return description.ok ? write({ ...command, ...description.value }, proven.value) : description
  }
}
