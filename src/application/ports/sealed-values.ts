import type { AccountId, InboxId } from '#domain/shared/ids.ts'

/** Something that stands sealed in the database, and what it is sealed to. */
export interface SealedValue {
  readonly of:
    | { readonly kind: 'credential' | 'hmac_token' | 'webhook'; readonly accountId: AccountId; readonly inboxId: InboxId }
    | { readonly kind: 'setting'; readonly name: string }
  readonly context: string
  readonly sealed: string
}

/** Something of an inbox that stands sealed. */
export type SealedOfInbox<Kind extends 'credential' | 'hmac_token' | 'webhook'> = SealedValue & {
  readonly of: { readonly kind: Kind; readonly accountId: AccountId; readonly inboxId: InboxId }
}

/** Everything that the vault has sealed, for whoever changes its keys. */
export interface SealedValues {
  /** Up to `limit` tokens of inboxes behind `after`, by inbox. */
  credentials(after: InboxId, limit: number): Promise<readonly SealedOfInbox<'credential'>[]>
  /** The same for the secrets by which software proves who people are in its inboxes. */
  hmacTokens(after: InboxId, limit: number): Promise<readonly SealedOfInbox<'hmac_token'>[]>
  /** The same for what signs what inboxes' own software is told. */
  webhooks(after: InboxId, limit: number): Promise<readonly SealedOfInbox<'webhook'>[]>
  settings(): Promise<readonly SealedValue[]>
  /** A setting as it is sealed; undefined where there is none. */
  setting(name: string): Promise<string | undefined>
  /** Keeps what is sealed as a setting, unless there is one of this name. */
  insertSetting(name: string, sealed: string): Promise<void>
  /** Puts `sealed` in the place of exactly this value. False where something else stands there by now. */
  replace(value: SealedValue, sealed: string): Promise<boolean>
}
