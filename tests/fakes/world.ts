import type { Job } from '#application/jobs.ts'
import type { IntakeLog } from '#application/ports/intake.ts'
import type { Queries } from '#application/ports/queries.ts'
import type { JobQueue, SpentStateTokens, Tx, UnitOfWork } from '#application/ports/unit-of-work.ts'
import type { Result } from '#domain/shared/result.ts'
import { fakeAccounts } from './accounts.ts'
import { fakeContacts } from './contacts.ts'
import { fakeConversations } from './conversations.ts'
import { fakeCredentials } from './credentials.ts'
import { fakeDataDeletions } from './data-deletions.ts'
import { fakeErasures } from './erasures.ts'
import { fakeEvents } from './events.ts'
import { fakeGapFills } from './gap-fills.ts'
import { fakeGates } from './gates.ts'
import { fakeInboxSecrets } from './inbox-secrets.ts'
import { fakeInboxes } from './inboxes.ts'
import { fakeIntakeLog, fakeIntakeQueue } from './intake.ts'
import { fakeMedia } from './media.ts'
import { fakeMessages } from './messages.ts'
import { fakePaces } from './paces.ts'
import { fakeQueries } from './queries.ts'
import { fakeRequestKeys } from './request-keys.ts'
import { fakeSealedValues } from './sealed-values.ts'
import { emptyState, type FakeState, nextId } from './state.ts'
import { fakeSurroundings } from './surroundings.ts'
import { fakeTyping } from './typing.ts'
import { fakeUploads } from './uploads.ts'
import { fakeWebhooks } from './webhooks.ts'

export interface FakeWorld {
  readonly unitOfWork: UnitOfWork
  readonly intakeLog: IntakeLog
  readonly queries: Queries
  /** What is committed. */
  state(): FakeState
  /** Reads what is committed without a copy of all of it: for tests that look often. */
  look<T>(read: (state: FakeState) => T): T
  /** The jobs that are committed and not begun, in the order in which they were added. */
  jobs(): Job[]
  /** Changes the committed state directly, for what no port can write. */
  arrange(change: (state: FakeState) => void): void
}

const fakeJobQueue = (state: FakeState): JobQueue => ({
  async enqueue(jobs) {
    for (const job of jobs) {
      const same = (other: Job): boolean => other.name === job.name && other.key === job.key && other.at === job.at
      const waits = [...state.jobs.values()].some((other) => other.state === 'waiting' && same(other.job))
      if (!waits) state.jobs.set(nextId(state), { job, state: 'waiting' })
    }
  },
})

const fakeStateTokens = ({ spentTokens }: FakeState): SpentStateTokens => ({
  async spend(id, expiresAt, now) {
    for (const [other, expiry] of spentTokens) if (expiry <= now && other !== id) spentTokens.delete(other)
    if (spentTokens.has(id)) return false
    spentTokens.set(id, expiresAt)
    return true
  },
})

const bind = (state: FakeState): Tx => ({
  accounts: fakeAccounts(state),
  inboxes: fakeInboxes(state),
  inboxSecrets: fakeInboxSecrets(state),
  credentials: fakeCredentials(state),
  gates: fakeGates(state),
  typing: fakeTyping(state),
  paces: fakePaces(state),
  gapFills: fakeGapFills(state),
  contacts: fakeContacts(state),
  conversations: fakeConversations(state),
  messages: fakeMessages(state),
  media: fakeMedia(state),
  uploads: fakeUploads(state),
  surroundings: fakeSurroundings(state),
  intake: fakeIntakeQueue(state),
  dataDeletions: fakeDataDeletions(state),
  erasures: fakeErasures(state),
  requestKeys: fakeRequestKeys(state),
  sealedValues: fakeSealedValues(state),
  stateTokens: fakeStateTokens(state),
  events: fakeEvents(state),
  webhooks: fakeWebhooks(state),
  jobs: fakeJobQueue(state),
})

/** What is nested too deeply for a copy goes in as it is. */
const copied = <T>(value: T): T => {
  try {
    return structuredClone(value)
  } catch (error) {
    if (error instanceof RangeError) return value
    throw error
  }
}

/** Refuses whatever is called on a repository after its run: a query that would miss the transaction. */
const until = <Part extends object>(part: Part, isOver: () => boolean): Part =>
  new Proxy(part, {
    get(target, key, receiver) {
      const member: unknown = Reflect.get(target, key, receiver)
      if (typeof member !== 'function') return member
      return async (...args: unknown[]) => {
        if (isOver()) throw new Error('The transaction has ended.')
        return structuredClone(await member.apply(target, copied(args)))
      }
    },
  })

/** A copy that can be written to: rows are replaced and never changed, so they are shared. */
const draftOf = (state: FakeState): FakeState =>
  Object.fromEntries(Object.entries(state).map(([name, part]) => [name, part instanceof Map ? new Map(part) : { ...part }])) as FakeState

/**
 * The database in memory. Runs come one after the other, each on a copy that becomes the committed state when it ends well:
 * what locks do, with less waiting. What goes in and out is copied, as it is by a real one.
 */
export const createFakeWorld = (): FakeWorld => {
  let committed = emptyState()
  let turn: Promise<unknown> = Promise.resolve()

  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const mine = turn.then(work)
    turn = mine.catch(() => {})
    return mine
  }

  const run = async <T, E>(work: (tx: Tx) => Promise<Result<T, E>>): Promise<Result<T, E>> => {
    const draft = draftOf(committed)
    let over = false
    const tx = bind(draft)
    const guarded = Object.fromEntries(Object.entries(tx).map(([name, part]) => [name, until(part, () => over)]))
    try {
      const result = await work({ ...tx, ...guarded })
      if (result.ok) committed = draft
      return result
    } finally {
      over = true
    }
  }

  return {
    unitOfWork: { run: (work) => inTurn(() => run(work)) },
    intakeLog: fakeIntakeLog((write) => inTurn(async () => write(committed))),
    queries: fakeQueries(() => committed),
    state: () => structuredClone(committed),
    look: (read) => structuredClone(read(committed)),
    jobs: () => [...committed.jobs.values()].filter(({ state }) => state === 'waiting').map(({ job }) => job),
    arrange: (change) => change(committed),
  }
}
