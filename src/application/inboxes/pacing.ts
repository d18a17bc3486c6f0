import type { InboxRef } from '#application/ports/credentials.ts'
import type { CallKind, PaceRef, Rates } from '#application/ports/paces.ts'
import type { Tx } from '#application/ports/unit-of-work.ts'
import { type Allowance, allow, type Caller, freeAt, freshPace } from '#domain/inbox/pace.ts'
import type { Duration, Instant } from '#domain/shared/instant.ts'

/** Somebody wants to call the provider for an inbox. */
export interface WantedCall extends Caller {
  readonly inbox: InboxRef
  readonly kind: CallKind
  /** How often its provider may be called; undefined where it counts nothing. */
  readonly rates: Rates | undefined
}

const refOf = ({ inbox: { accountId, inboxId }, kind }: WantedCall): PaceRef => ({ accountId, inboxId, kind })
const keyOf = ({ inboxId, kind }: PaceRef): string => `${inboxId} ${kind}`

/** When each of these calls may be made, in their order, or when to ask again. */
export const allowCalls = async (tx: Tx, calls: readonly WantedCall[], now: Instant): Promise<readonly Allowance[]> => {
  const refs = new Map(calls.flatMap((call) => (call.rates ? [[keyOf(refOf(call)), refOf(call)] as const] : [])))
  const locked = await tx.paces.lock([...refs.values()])
  const paces = new Map([...refs.keys()].map((key, n) => [key, locked[n] ?? freshPace]))
  const allowances = calls.map((call): Allowance => {
    if (!call.rates) return { may: 'go', at: now }
    const key = keyOf(refOf(call))
    const { pace, allowance } = allow(paces.get(key) ?? freshPace, call.rates[call.kind], now, call)
    paces.set(key, pace)
    return allowance
  })
  await tx.paces.save([...refs].map(([key, ref]) => ({ ref, pace: paces.get(key) ?? freshPace })))
  return allowances
}

/** From when on one more call of this kind may be made, as far as is known now. */
export const nextCallAt = async (tx: Tx, { inbox, kind, rates }: Omit<WantedCall, keyof Caller>, now: Instant): Promise<Instant> => {
  if (!rates) return now
  const { accountId, inboxId } = inbox
  const [pace = freshPace] = await tx.paces.lock([{ accountId, inboxId, kind }])
  return Math.max(now, Math.ceil(freeAt(pace, rates[kind])))
}

/** A call that is made now or never. */
export interface PassingCall extends Omit<WantedCall, keyof Caller> {
  /** So long it waits on the spot, ms. */
  readonly patience: Duration
  /** It goes before those who stand in line. */
  readonly isUrgent: boolean
}

/** When it may be made; undefined where that is too late. It makes nobody in the line wait for somebody who does not come. */
export const turnNow = async (tx: Tx, { isUrgent, ...call }: PassingCall, now: Instant): Promise<Instant | undefined> => {
  const [allowance] = await allowCalls(tx, [{ ...call, hasWaited: isUrgent, lead: 0, isFleeting: true }], now)
  return allowance?.may === 'go' ? allowance.at : undefined
}
