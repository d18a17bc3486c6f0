import { inOne } from '#application/in-one.ts'
import type { OpenAccess, OpenedAccess } from '#application/inboxes/open-access.ts'
import { turnNow } from '#application/inboxes/pacing.ts'
import { isWorthReporting, reportCall, seePassages } from '#application/inboxes/provider-gates.ts'
import type { ReportRefusal } from '#application/inboxes/report-refusal.ts'
import { withReaction } from '#application/intake/amendments.ts'
import type { Channel, ChannelError, Channels } from '#application/ports/channel.ts'
import type { Clock, WaitUntil } from '#application/ports/clock.ts'
import type { ExternalRef } from '#application/ports/messages.ts'
import type { Rates } from '#application/ports/paces.ts'
import type { ConversationView, Queries } from '#application/ports/queries.ts'
import type { UnitOfWork } from '#application/ports/unit-of-work.ts'
import { maySend } from '#domain/inbox/connection.ts'
import type { Passage } from '#domain/inbox/gate.ts'
import type { AccountId, MessageId } from '#domain/shared/ids.ts'
import type { Duration } from '#domain/shared/instant.ts'
import { err, ok, type Result } from '#domain/shared/result.ts'

export interface ReactToMessageCommand {
  readonly accountId: AccountId
  /** The conversation's number as people see it. */
  readonly displayId: number
  readonly messageId: MessageId
  /** Null takes the business's reaction back. */
  readonly emoji: string | null
}

export type ReactToMessageError =
  | { readonly code: 'conversation.unknown' | 'message.unknown' | 'reaction.unsupported' | 'reaction.not_now' | 'inbox.disconnected' }
  /** `message`: why the provider said no. */
  | { readonly code: 'reaction.refused'; readonly message: string }

/** Sets, changes or takes back the business's reaction to a message, at the provider first. Doing it twice is doing it once. */
export type ReactToMessage = (command: ReactToMessageCommand) => Promise<Result<MessageId, ReactToMessageError>>

interface Dependencies {
  readonly channels: Channels
  readonly queries: Queries
  readonly unitOfWork: UnitOfWork
  readonly openAccess: OpenAccess
  readonly reportRefusal: ReportRefusal
  readonly clock: Clock
  readonly waitUntil: WaitUntil
}

/** A person looks at the screen: so long they wait for the account's turn, ms. */
const patience: Duration = 1000

const toError = ({ code, detail }: ChannelError): ReactToMessageError => {
  if (code === 'channel.rejected') return { code: 'reaction.refused', message: detail.message }
  return { code: code === 'channel.unauthorized' ? 'inbox.disconnected' : 'reaction.not_now' }
}

/** What has to be there for it. */
interface Target {
  readonly conversation: ConversationView
  readonly ref: ExternalRef
  readonly act: NonNullable<Channel['act']>
  readonly rates: Rates | undefined
}

const createFindTarget =
  ({ channels, queries, unitOfWork }: Dependencies) =>
  async ({ accountId, displayId, messageId }: ReactToMessageCommand): Promise<Result<Target, ReactToMessageError>> => {
    const conversation = await queries.conversation(accountId, displayId)
    if (!conversation) return err({ code: 'conversation.unknown' })
    const { id, channel, inboxId } = conversation
    const { message, parts } = await inOne(unitOfWork, async (tx) => {
      const message = await tx.messages.byId(accountId, messageId)
      return { message, parts: message ? await tx.messages.parts(messageId) : [] }
    })
    if (message?.conversationId !== id) return err({ code: 'message.unknown' })
    const able = channels.get(channel)
    const externalId = parts.find((part) => part.externalId !== null)?.externalId
    if (!able?.act || !externalId) return err({ code: 'reaction.unsupported' })
    return ok({ conversation, act: able.act, rates: await able.rates?.(), ref: { inboxId, externalId } })
  }

export const createReactToMessage = (dependencies: Dependencies): ReactToMessage => {
  const { unitOfWork, openAccess, reportRefusal, clock, waitUntil } = dependencies
  const findTarget = createFindTarget(dependencies)

  /** Reactions count as texts do. */
  const takeTurn = ({ inbox }: OpenedAccess, rates: Rates | undefined) =>
    inOne(unitOfWork, async (tx) => {
      const now = clock.now()
      const [passage] = await seePassages(tx, [inbox], now)
      // A probe is for what waits.
      if (passage?.may !== 'pass') return undefined
      const at = await turnNow(tx, { inbox, kind: 'texts', rates, patience, isUrgent: true }, now)
      return at === undefined ? undefined : { passage, at }
    })

  const report = async (access: OpenedAccess, passage: Passage, answer: Result<null, ChannelError>): Promise<void> => {
    const told = answer.ok ? ok({}) : answer
    if (!answer.ok) await reportRefusal(access, answer.error)
    if (!isWorthReporting(passage, told)) return
    await inOne(unitOfWork, (tx) => reportCall(tx, access.inbox, passage, told, clock.now()))
  }

  const record = (ref: ExternalRef, emoji: string | null): Promise<void> =>
    inOne(unitOfWork, async (tx) => {
      const [message] = await tx.messages.byExternalIds([ref])
      if (message) await tx.messages.save([withReaction(message, { emoji, by: 'business', at: clock.now() })])
    })

  return async (command) => {
    const { accountId, messageId, emoji } = command
    const target = await findTarget(command)
    if (!target.ok) return target
    const { conversation, ref, act, rates } = target.value
    const access = await openAccess(accountId, conversation.inboxId)
    if (!access || !maySend(access.inbox.state)) return err({ code: 'inbox.disconnected' })
    const turn = await takeTurn(access, rates)
    if (!turn) return err({ code: 'reaction.not_now' })
    if (turn.at > clock.now()) await waitUntil(turn.at)
    const answer = await act(access, conversation.contactInbox.sourceId, { kind: 'reaction', to: ref.externalId, emoji })
    await report(access, turn.passage, answer)
    if (!answer.ok) return err(toError(answer.error))
    await record(ref, emoji)
    return ok(messageId)
  }
}
