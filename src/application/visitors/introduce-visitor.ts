import type { Clock } from '#application/ports/clock.ts'
import type { ContactInbox, EntryRefused } from '#application/ports/contacts.ts'
import type { DrawKey } from '#application/ports/draw-key.ts'
import type { Tx } from '#application/ports/unit-of-work.ts'
import type { ClientInboxView } from '#application/ports/visitors.ts'
import {
  type CheckIdentityDependencies,
  createCheckIdentity,
  type Identity,
  type IdentityError,
} from '#application/visitors/check-identity.ts'
import {
  checkDescription,
  type DescriptionError,
  type IdentifierTaken,
  type SelfDescription,
  wantPicture,
  writeDescribed,
} from '#application/visitors/self-description.ts'
import { puttingAside } from '#domain/contact/claims.ts'
import type { MergeableContact } from '#domain/contact/merged-contact.ts'
import { type ClientAccess, mayEnter } from '#domain/contact/visitor.ts'
import type { ContactId } from '#domain/shared/ids.ts'
import type { Instant } from '#domain/shared/instant.ts'
import { err, ok, type Result } from '#domain/shared/result.ts'

export interface IntroduceVisitorCommand extends Identity, SelfDescription {
  readonly inbox: Pick<ClientInboxView, 'accountId' | 'inboxId' | 'hmacMandatory'>
  /** The one that they were given before. */
  readonly sourceId: string | undefined
}

export type IntroduceVisitorError = IdentityError | DescriptionError | { readonly code: 'visitor.source_id_unknown' }

/**
 * Somebody comes to an inbox by an app of the account's customers, and is given what opens it to them. Whoever proves who they are is the contact
 * of that identifier; anybody else is somebody new, whatever they say, or continues with a source id that they have.
 */
export type IntroduceVisitor = (command: IntroduceVisitorCommand) => Promise<Result<{ readonly sourceId: string }, IntroduceVisitorError>>

interface Dependencies extends CheckIdentityDependencies {
  readonly drawKey: DrawKey
  readonly clock: Clock
}

/** Whose name nobody knows. */
const nobodyKnown: MergeableContact = {
  name: 'Visitor',
  email: null,
  phoneNumber: null,
  identifier: null,
  blocked: false,
  avatarUrl: null,
  additionalAttributes: {},
  customAttributes: {},
  lastActivityAt: null,
}

/** Somebody else made, merged or erased the same contact at the same moment: nothing was done, and it is looked for again. */
type Passing = IdentifierTaken | EntryRefused

type Entered = Result<ContactInbox, IntroduceVisitorError | Passing>

const isPassing = (error: IntroduceVisitorError | Passing): error is Passing =>
  error.code === 'contact.identifier_taken' || error.code === 'contact.unknown' || error.code === 'contact.source_id_taken'

const mostTries = 5

const named = (description: SelfDescription): SelfDescription => ({
  ...description,
  name: description.name ?? description.email ?? description.phoneNumber,
})

export const createIntroduceVisitor = (dependencies: Dependencies): IntroduceVisitor => {
  const { unitOfWork, drawKey, clock } = dependencies
  const checkIdentity = createCheckIdentity(dependencies)

  const enter = async (tx: Tx, { inbox }: IntroduceVisitorCommand, contactId: ContactId, clientAccess: ClientAccess, at: Instant) => {
    const { accountId, inboxId } = inbox
    return tx.contacts.enter({ accountId, inboxId, contactId, sourceId: drawKey(), clientAccess, at })
  }

  const make = async (tx: Tx, command: IntroduceVisitorCommand, before: MergeableContact, at: Instant) => {
    const { accountId } = command.inbox
    const made = await writeDescribed(before, named(command), (contact) => tx.contacts.insert({ ...contact, accountId, at }))
    if (made.ok) await wantPicture(tx, { accountId, contactId: made.value, avatarUrl: command.avatarUrl, at })
    return made
  }

  const change = async (tx: Tx, command: IntroduceVisitorCommand, contactId: ContactId, before: MergeableContact, at: Instant) => {
    const { accountId } = command.inbox
    const saved = await writeDescribed(before, command, (contact) => tx.contacts.saveDetails(accountId, contactId, contact))
    if (saved.ok) await wantPicture(tx, { accountId, contactId, avatarUrl: command.avatarUrl, at })
    return saved
  }

  const enterProven = async (tx: Tx, command: IntroduceVisitorCommand, identifier: string, at: Instant): Promise<Entered> => {
    const { accountId, inboxId } = command.inbox
    const { sourceId } = command
    const known = await tx.contacts.byIdentifier(accountId, identifier)
    if (known === undefined) {
      if (sourceId !== undefined) return err({ code: 'visitor.source_id_unknown' })
      const made = await make(tx, command, { ...nobodyKnown, identifier }, at)
      return made.ok ? enter(tx, command, made.value, 'proven', at) : made
    }
    const entered = await tx.contacts.newestInbox({ accountId, inboxId, contactId: known, sourceId, clientAccess: 'proven' })
    if (!entered && sourceId !== undefined) return err({ code: 'visitor.source_id_unknown' })
    const before = await tx.contacts.details(accountId, known)
    // Merged or erased before it was locked.
    if (!before || (await tx.contacts.byIdentifier(accountId, identifier)) !== known) return err({ code: 'contact.unknown' })
    const changed = await change(tx, command, known, before, at)
    if (!changed.ok) return changed
    return entered ? ok(entered) : enter(tx, command, known, 'proven', at)
  }

  const resume = async (tx: Tx, { inbox, sourceId }: IntroduceVisitorCommand): Promise<Entered> => {
    const { accountId, inboxId, hmacMandatory } = inbox
    const found = await tx.contacts.newestInbox({ accountId, inboxId, contactId: undefined, sourceId })
    const access = found?.clientAccess
    return found && access && mayEnter(access, hmacMandatory) ? ok(found) : err({ code: 'visitor.source_id_unknown' })
  }

  const enterAsGuest = async (tx: Tx, command: IntroduceVisitorCommand, at: Instant): Promise<Entered> => {
    if (command.sourceId !== undefined) return resume(tx, command)
    const { identifier } = command
    const before = identifier === undefined ? nobodyKnown : puttingAside(nobodyKnown, 'identifier', identifier)
    const made = await make(tx, command, before, at)
    return made.ok ? enter(tx, command, made.value, 'guest', at) : made
  }

  return async (given) => {
    const proven = await checkIdentity(given.inbox, given)
    if (!proven.ok) return proven
    const description = checkDescription(given)
    if (!description.ok) return description
    const command = { ...given, ...description.value }
    for (let tries = 1; ; tries++) {
      const entered = await unitOfWork.run((tx) =>
        proven.value === undefined ? enterAsGuest(tx, command, clock.now()) : enterProven(tx, command, proven.value, clock.now()),
      )
      if (entered.ok) return ok({ sourceId: entered.value.sourceId })
      const { error } = entered
      if (!isPassing(error)) return err(error)
      if (tries === mostTries) throw new Error('Somebody could not be found again and again.', { cause: error })
    }
  }
}
