import type { ChannelError } from '#application/ports/channel.ts'
import type { GateKey } from '#application/ports/gates.ts'
import type { ConnectedInbox } from '#application/ports/inboxes.ts'
import type { Tx } from '#application/ports/unit-of-work.ts'
import { afterCall, type CallReport, type Gate, type Passage, passageThrough, probed } from '#domain/inbox/gate.ts'
import type { Duration, Instant } from '#domain/shared/instant.ts'
import type { Result } from '#domain/shared/result.ts'

/** So many calls in a row that find the provider down shut the gate of an account; of a whole channel, whose accounts all count. */
const tolerances = { inbox: 5, channel: 10 }

type Whose = Pick<ConnectedInbox, 'inboxId' | 'channel'>

const keysOf = ({ inboxId, channel }: Whose): [GateKey, GateKey] => [`inbox:${inboxId}`, `channel:${channel}`]

/** Who gets `probe` is the only one until its call is reported, or 30 seconds are over: so it is asked again under the gates' locks. */
const askAgain = async (tx: Tx, keys: readonly GateKey[], now: Instant): Promise<Passage> => {
  const gates = await tx.gates.lock(keys)
  const passage = passageThrough(gates, now)
  if (passage.may === 'probe') {
    for (const [n, key] of keys.entries()) if (gates[n]?.shut) await tx.gates.save(key, probed(gates[n], now))
  }
  return passage
}

/** How the ways to the provider stand for these inboxes, in their order. Nobody gets a probe by looking. */
export const seePassages = async (tx: Tx, inboxes: readonly Whose[], now: Instant): Promise<readonly Passage[]> => {
  const keys = [...new Set(inboxes.flatMap(keysOf))]
  const gates = new Map((await tx.gates.read(keys)).map((gate, n) => [keys[n], gate]))
  return inboxes.map((inbox) =>
    passageThrough(
      keysOf(inbox).flatMap((key) => gates.get(key) ?? []),
      now,
    ),
  )
}

/** May the provider be called for one of these inboxes? They are looked at once; the answer says it of each when it is asked. */
export const askPassages = async (tx: Tx, inboxes: readonly Whose[], now: Instant): Promise<(inbox: Whose) => Promise<Passage>> => {
  const passages = await seePassages(tx, inboxes, now)
  const seen = new Map(inboxes.map(({ inboxId }, n) => [inboxId, passages[n]]))
  return async (inbox) => {
    const passage = seen.get(inbox.inboxId)
    return passage && passage.may !== 'probe' ? passage : askAgain(tx, keysOf(inbox), now)
  }
}

/** The same for one. */
export const askPassage = async (tx: Tx, inbox: Whose, now: Instant): Promise<Passage> => (await askPassages(tx, [inbox], now))(inbox)

type Answer = Result<{ readonly retryAfter?: Duration }, ChannelError>

const reportOf = (answer: Answer, isProbe: boolean): CallReport => {
  if (answer.ok) return { outcome: 'answered', retryAfter: answer.value.retryAfter, isProbe }
  const { code, detail } = answer.error
  const outcome = code === 'channel.rate_limited' ? 'limited' : detail.outage ? 'down' : 'answered'
  return { outcome, retryAfter: detail.retryAfter, isProbe }
}

/** What is asked of one account says nothing against the provider as a whole: whoever limits us is up. */
const ofProvider = ({ outcome, isProbe }: CallReport): CallReport => ({ outcome: outcome === 'down' ? 'down' : 'answered', isProbe })

const isOther = (a: Gate, b: Gate): boolean =>
  a.failures !== b.failures || a.shut?.until !== b.shut?.until || a.shut?.because !== b.shut?.because

const release = async (tx: Tx, of: { readonly inboxId: number } | { readonly channel: string }): Promise<void> => {
  const released = await tx.messages.release(of)
  await tx.jobs.enqueue(
    released.map((payload) => ({ name: 'deliver-conversation', key: String(payload.conversationId), payload }) as const),
  )
}

const saysNothing = (report: CallReport, passage: Passage): boolean =>
  report.outcome === 'answered' && report.retryAfter === undefined && passage.may === 'pass' && !passage.watched

/** Do the gates have to be told of a call that went so? */
export const isWorthReporting = (passage: Passage, answer: Answer): boolean =>
  !saysNothing(reportOf(answer, passage.may === 'probe'), passage)

/**
 * Tells the gates how a call went that `passage` had let through; answers whether they are shut now. What waited before a gate that
 * opens leaves at once.
 */
export const reportCall = async (tx: Tx, inbox: Whose, passage: Passage, answer: Answer, now: Instant): Promise<boolean> => {
  const report = reportOf(answer, passage.may === 'probe')
  if (saysNothing(report, passage)) return false
  const [inboxKey, channelKey] = keysOf(inbox)
  const [own, provider] = await tx.gates.lock([inboxKey, channelKey])
  if (!own || !provider) return false
  const next = afterCall(own, report, now, { name: inboxKey, tolerance: tolerances.inbox })
  const nextProvider = afterCall(provider, ofProvider(report), now, { name: channelKey, tolerance: tolerances.channel })
  if (isOther(own, next)) await tx.gates.save(inboxKey, next)
  if (isOther(provider, nextProvider)) await tx.gates.save(channelKey, nextProvider)
  if (provider.shut && !nextProvider.shut) await release(tx, { channel: inbox.channel })
  else if (own.shut && !next.shut) await release(tx, { inboxId: inbox.inboxId })
  return next.shut !== null || nextProvider.shut !== null
}
