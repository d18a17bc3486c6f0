import type { Gate } from '#domain/inbox/gate.ts'

/** What a gate stands before: the account behind one inbox, or the provider behind all inboxes of a channel. */
export type GateKey = `inbox:${number}` | `channel:${string}`

/** The gates that all processes share. One that nobody has saved is open. */
export interface Gates {
  /** How they stand, in the order of `keys`. */
  read(keys: readonly GateKey[]): Promise<readonly Gate[]>
  /** The same, each locked until the transaction ends. Always asked for in the same order, or two would wait for each other. */
  lock(keys: readonly GateKey[]): Promise<readonly Gate[]>
  save(key: GateKey, gate: Gate): Promise<void>
}
