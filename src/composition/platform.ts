import type { VaultKey } from '#adapters/crypto/vault.ts'
import type { Database } from '#adapters/postgres/database.ts'
import type { Copies } from '#application/ports/copies.ts'
import type { Logger } from '#application/ports/logger.ts'
import type { Mac } from '#application/ports/mac.ts'
import type { MediaStore } from '#application/ports/media-store.ts'
import type { Posts } from '#application/ports/posts.ts'

/** What differs between the places where Dovecote runs; everything else is the same everywhere. */
export interface Platform {
  readonly database: Database
  readonly mac: Mac
  readonly logger: Logger
  readonly mediaStore: MediaStore
  readonly copies: Copies
  readonly posts: Posts
}

/** What a composition is told. */
export interface Choices {
  /** The first seals, all open. */
  readonly keys: readonly VaultKey[]
  /** The public base URL, without a slash at its end. */
  readonly frontendUrl: string
  /** Whether Gravatar may be asked for pictures. */
  readonly gravatar: boolean
  /** How long raw bodies are kept, ms. */
  readonly rawRetention: number
  /** Providers cannot push to this installation, so it asks them often. */
  readonly isPolled?: boolean
  /** What the environment gave for settings that the database may hold. */
  readonly settings: ReadonlyMap<string, string>
  /** Settings that stand whatever the database holds; the demo points at its simulated Instagram this way. */
  readonly fixedSettings?: ReadonlyMap<string, string>
}
