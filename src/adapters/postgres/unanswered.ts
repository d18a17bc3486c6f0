import { type RawBuilder, sql, type Transaction } from 'kysely'
import type pg from 'pg'
import type { Tables } from '#adapters/postgres/tables.ts'

/** A statement that begins so tells nobody anything but that it failed, and stands in a transaction. */
export const unanswered = '/* unanswered */ '

/** Writes without waiting: what is wrong with it is told by the statement that comes next in the transaction, at the latest its commit. */
export const write = async (trx: Transaction<Tables>, statement: RawBuilder<unknown>): Promise<void> => {
  await sql`${sql.raw(unanswered)}${statement}`.execute(trx)
}

/** A statement that begins so is answered together with the one after it, and stands in a transaction. */
const ahead = '/* ahead */ '

type Rows<Statements extends readonly RawBuilder<unknown>[]> = {
  -readonly [N in keyof Statements]: Statements[N] extends RawBuilder<infer Row> ? Row[] : never
}

/** Asks several things, one after the other, in one packet: each sees what those before it did. Answers the rows of each. */
export const askTogether = async <const Statements extends readonly RawBuilder<unknown>[]>(
  trx: Transaction<Tables>,
  ...statements: Statements
): Promise<Rows<Statements>> => {
  const answers: unknown[][] = []
  for (const [n, statement] of statements.entries()) {
    const isLast = n === statements.length - 1
    answers.push((await (isLast ? statement : sql`${sql.raw(ahead)}${statement}`).execute(trx)).rows)
  }
  return answers as Rows<Statements>
}

type Query = (...given: readonly unknown[]) => Promise<Answer>

interface Answer {
  readonly command: string
  readonly rowCount: number | null
  readonly rows: unknown[]
}

/** What is answered at once; its rows are there when the packet is answered that it goes with. */
interface Held {
  readonly given: readonly unknown[]
  readonly answer: Answer
}

const startsWith = (text: unknown, ...beginnings: string[]): boolean =>
  typeof text === 'string' && beginnings.some((beginning) => text.startsWith(beginning))

const isHeld = (text: unknown): boolean => text === 'begin' || startsWith(text, unanswered, ahead)

/**
 * What the last one answers, with their rows for those before it that are asked for any; or why the first one failed that did: whatever
 * came after that was refused only because of it.
 */
const answerOf = async (held: readonly Held[], queries: readonly Promise<Answer>[]): Promise<unknown> => {
  const outcomes = await Promise.allSettled(queries)
  for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason
  const answers = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []))
  for (const [n, { given, answer }] of held.entries()) if (startsWith(given[0], ahead)) answer.rows.push(...(answers[n]?.rows ?? []))
  return answers.at(-1)
}

/**
 * Holds `begin`, unanswered writes and what is asked together until a statement comes that is waited for, and sends all of them as one
 * packet: each round trip less is two system calls less on both sides. Needs a connection that sends without waiting for answers
 * (`pipeline`).
 */
export const holdUnanswered = (client: pg.Client): void => {
  const query: Query = client.query.bind(client)
  const { stream } = client.connection
  let held: Held[] = []
  const sendAll = (given: readonly unknown[]): Promise<unknown> => {
    // What is to be undone need not be done.
    const before = given[0] === 'rollback' ? held.filter((each) => each.given[0] === 'begin') : held
    held = []
    stream.cork()
    const queries = [...before.map((each) => each.given), given].map((each) => query(...each))
    stream.uncork()
    return answerOf(before, queries)
  }
  Object.assign(client, {
    query: (...given: readonly unknown[]) => {
      if (isHeld(given[0])) {
        const answer: Answer = { command: '', rowCount: null, rows: [] }
        held.push({ given, answer })
        return Promise.resolve(answer)
      }
      return held.length === 0 ? query(...given) : sendAll(given)
    },
  })
}
