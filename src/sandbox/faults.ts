import type { Random } from './random.ts'

/** Which calls a rule is about. Without `host`: every call of the app's to `api` and `graph`; no webhook, no media. */
export interface FaultMatch {
  host?: 'api' | 'graph' | 'media' | 'webhook'
  /** A regular expression. Calls: the path below the host prefix (`/v25.0/me/messages`, `/sample.png`). Webhooks: the subscription field. */
  path?: string
  method?: string
}

/** What goes wrong. The order for a call is: delay_ms, drop before, status (instead of the effect), effect, hang_ms, drop after. */
export interface FaultAction {
  /** Wait before the effect; for a webhook, before it is sent. */
  delay_ms?: number
  /** Hold the answer back after the effect. */
  hang_ms?: number
  /** Answer with this instead of doing anything (200 when only a body is given). */
  status?: number
  /** Sent as JSON. */
  body?: unknown
  /** Sent as it is. */
  raw_body?: string
  /** With status or body: headers of that answer. Alone: added to the real answer. */
  headers?: Record<string, string>
  /** Cut the connection before or after the effect. `true` on a webhook: it is never sent. */
  drop?: 'before' | 'after' | true
  /** Webhook: send it this many times more. */
  duplicate?: number
  /** Webhook: hold it for a moment (`REORDER_WINDOW_MS`) and shuffle it with the others that are held. */
  reorder?: boolean
}

export interface FaultRule {
  id: string
  match: FaultMatch
  /** Left; unlimited when absent. */
  times?: number
  /** 0 to 1, from the seeded randomness. */
  probability?: number
  do: FaultAction
  /** How often it applied. */
  hits: number
}

export interface FaultSubject {
  host: NonNullable<FaultMatch['host']>
  path: string
  method: string
}

export interface Faults {
  add(rule: Omit<FaultRule, 'id' | 'hits'>): FaultRule
  list(): readonly FaultRule[]
  /** Removes one rule, or all; returns how many. */
  remove(id?: string): number
  /** The first rule that applies, used up by one. */
  take(subject: FaultSubject): FaultRule | undefined
}

const concerns = ({ host, path, method }: FaultMatch, subject: FaultSubject): boolean =>
  (host === undefined ? subject.host === 'api' || subject.host === 'graph' : host === subject.host) &&
  (path === undefined || new RegExp(path).test(subject.path)) &&
  (method === undefined || method.toUpperCase() === subject.method)

export const createFaults = (random: Random): Faults => {
  let rules: FaultRule[] = []
  let count = 0
  return {
    add: (rule) => {
      count += 1
      const added = { id: `fault-${count}`, ...rule, hits: 0 }
      rules.push(added)
      return added
    },
    list: () => rules,
    remove: (id) => {
      const before = rules.length
      rules = id === undefined ? [] : rules.filter((rule) => rule.id !== id)
      return before - rules.length
    },
    take: (subject) => {
      const rule = rules.find(
        (candidate) =>
          candidate.times !== 0 &&
          concerns(candidate.match, subject) &&
          (candidate.probability === undefined || random.next() < candidate.probability),
      )
      if (rule === undefined) return undefined
      rule.hits += 1
      if (rule.times !== undefined) rule.times -= 1
      return rule
    },
  }
}
