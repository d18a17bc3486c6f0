import type { AccountId, InboxId } from '#domain/shared/ids.ts'

/** Something that stands sealed in the database, and what it is sealed to. */
export interface SealedValue {
  readonly of:
    | { readonly kind: 'credential'; readonly accountId: AccountId; readonly inboxId: InboxId }
    | { readonly kind: 'hmac_token'; readonly accountId: AccountId; readonly inboxId: InboxId }
    | { readonly kind: 'setting'; readonly name: string }
  readonly context: string
  readonly sealed: string
}

/** Everything that the vault has sealed, for whoever changes its keys. */
export interface SealedValues {
  /** Up to `limit` tokens of inboxes behind `after`, by inbox. */
  credentials(after: InboxId, limit: number): Promise<readonly (SealedValue & { readonly of: { readonly kind: 'credential' } })[]>
  /** The same for the secrets by which software proves who people are in its inboxes. */
  hmacTokens(after: InboxId, limit: number): Promise<readonly (SealedValue & { readonly of: { readonly kind: 'hmac_token' } })[]>
  settings(): Promise<readonly SealedValue[]>
  /** A setting as it is sealed; undefined where there is none. */
  setting(name: string): Promise<string | undefined>
  /** Keeps what is sealed as a setting, unless there is one of this name. */
  insertSetting(name: string, sealed: string): Promise<void>
  /** Puts `sealed` in the place of exactly this value. False where something else stands there by now. */
  replace(value: SealedValue, sealed: string): Promise<boolean>
}
