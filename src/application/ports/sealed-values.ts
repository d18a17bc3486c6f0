import type { InboxRef } from '#application/ports/credentials.ts'
import type { SecretKind } from '#application/ports/inbox-secrets.ts'
import type { InboxId } from '#domain/shared/ids.ts'

/** Something that stands sealed in the database, and what it is sealed to. */
export interface SealedValue {
  readonly of: (InboxRef & { readonly kind: 'credential' | SecretKind }) | { readonly kind: 'setting'; readonly name: string }
  readonly context: string
  readonly sealed: string
}

/** Something of an inbox that stands sealed. */
export type SealedOfInbox<Kind extends 'credential' | SecretKind> = SealedValue & { readonly of: InboxRef & { readonly kind: Kind } }

/** Everything that the vault has sealed, for whoever changes its keys. */
export interface SealedValues {
  /** Up to `limit` tokens of inboxes behind `after`, by inbox. */
  credentials(after: InboxId, limit: number): Promise<readonly SealedOfInbox<'credential'>[]>
  /** The same for the secrets of inboxes and their own software; a few more where the last inbox has several. */
  secrets(after: InboxId, limit: number): Promise<readonly SealedOfInbox<SecretKind>[]>
  settings(): Promise<readonly SealedValue[]>
  /** A setting as it is sealed; undefined where there is none. */
  setting(name: string): Promise<string | undefined>
  /** Keeps what is sealed as a setting, unless there is one of this name. */
  insertSetting(name: string, sealed: string): Promise<void>
  /** Puts `sealed` in the place of exactly this value. False where something else stands there by now. */
  replace(value: SealedValue, sealed: string): Promise<boolean>
}
