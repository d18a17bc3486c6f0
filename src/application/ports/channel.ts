import type { ChannelEvent } from '#application/intake/channel-event.ts'
import type { Finding } from '#application/ports/finding.ts'
import type { ChannelAction, OutgoingPart, SentPart, SentQuery } from '#application/ports/outgoing.ts'
import type { Rates } from '#application/ports/paces.ts'
import type { Profile } from '#domain/contact/contact.ts'
import type { ReplyWindowRules } from '#domain/conversation/reply-window.ts'
import type { ContentLimits } from '#domain/message/limits.ts'
import type { ExternalId } from '#domain/shared/ids.ts'
import type { Duration, Instant } from '#domain/shared/instant.ts'
import type { Result } from '#domain/shared/result.ts'

/** Why a provider did not do what we asked. */
export type ChannelError =
  /** Not now: the provider is down or unreachable, and certainly did nothing. */
  | { readonly code: 'channel.unavailable'; readonly detail: ChannelErrorDetail }
  /** Not now: we called too often. Nothing was done. */
  | { readonly code: 'channel.rate_limited'; readonly detail: ChannelErrorDetail }
  /** The credential no longer opens the account: a person has to connect it again. */
  | { readonly code: 'channel.unauthorized'; readonly detail: ChannelErrorDetail }
  /** A no that trying again will not change. */
  | { readonly code: 'channel.rejected'; readonly class: RejectionClass; readonly detail: ChannelErrorDetail }
  /** Nobody knows whether it was done: no answer, or an answer that does not tell. Never to be repeated blindly. */
  | { readonly code: 'channel.uncertain'; readonly detail: ChannelErrorDetail }

export type RejectionClass = 'window' | 'recipient' | 'unknown_user' | 'policy' | 'permission' | 'media' | 'invalid'

export interface ChannelErrorDetail {
  /** A sentence that a support agent understands. */
  readonly message: string
  readonly providerCode?: string
  readonly providerSubcode?: string
  readonly providerTraceId?: string
  /** How long the provider wants no further call for this account, ms. */
  readonly retryAfter?: Duration
  /** It is not about this one call: the provider did not answer, or broke while it did. */
  readonly outage?: true
}

/** What may be asked of the provider on behalf of one connected account. */
export interface ChannelAccess {
  readonly channelKey: string
  readonly token: string
}

export interface ChannelWebhook {
  /** The answer to the provider's handshake, or undefined where it does not prove the verify token. */
  handshake(query: (name: string) => string | undefined): Promise<string | undefined>
  /** Do these exact bytes come from the provider? False where nothing is configured to tell. Never parses. */
  verify(raw: Uint8Array, header: (name: string) => string | undefined): Promise<boolean>
  /** Is it for someone else, plainly? Asked before the request is acknowledged, so that whoever set that up sees it at once. */
  isForeign(raw: Uint8Array): boolean
  /** Total: whatever came, every happening in it comes out, in order. */
  normalize(raw: Uint8Array, receivedAt: Instant): readonly ChannelEvent[]
}

/** The provider says that an account's owner did something there that is our business too. */
export interface SignedNotice {
  /** Either of the provider's ids of the account. */
  readonly accountKey: ExternalId
  readonly issuedAt: Instant | null
}

/** An account that its owner allowed us to use. */
export interface GrantedAccount {
  readonly channelKey: string
  readonly alternateKey: string | null
  /** How the provider shows the account (`@name` without the @). */
  readonly providerName: string
  readonly accountType: string | null
  /** Null where the provider did not say what was granted. */
  readonly permissions: readonly string[] | null
  readonly token: string
  readonly issuedAt: Instant
  readonly expiresAt: Instant
  /** `expiresAt` is what such tokens usually have, since the provider did not say. */
  readonly isAssumed?: boolean
}

/** Why connecting ended without an account. `message` says what to do, in our words and never in the provider's. */
export interface ConnectFailure {
  readonly code:
    | 'connection.not_configured'
    | 'connection.denied'
    | 'connection.code_spent'
    | 'connection.permission_missing'
    | 'connection.wrong_account_type'
    | 'connection.not_allowed'
    | 'connection.provider_unavailable'
    | 'connection.redirect_refused'
    | 'connection.sign_in_refused'
    | 'connection.token_refused'
    | 'connection.wrong_app_credentials'
  readonly message: string
}

export interface AuthorizationRequest {
  readonly state: string
  readonly redirectUri: string
  /** The person is to sign in anew, so that another account than the one they are in can be connected. */
  readonly afresh: boolean
}

export interface ChannelOAuth {
  authorizeUrl(request: AuthorizationRequest): Promise<Result<string, ConnectFailure>>
  exchange(grant: { readonly code: string; readonly redirectUri: string }): Promise<Result<GrantedAccount, ConnectFailure>>
  /** Takes a token that somebody made at the provider's own site. Absent where there is no such thing. */
  adopt?(token: string): Promise<Result<GrantedAccount, ConnectFailure>>
}

/** A token that the provider gave instead of an older one of the same account. */
export interface RefreshedToken {
  readonly token: string
  readonly issuedAt: Instant
  readonly expiresAt: Instant
  /** What is granted now; left out where the provider did not say. */
  readonly permissions?: readonly string[]
}

export interface ChannelDoctor {
  /** Looks at what all accounts need: the configuration, and whether the provider can reach us at our public address. */
  installation(frontendUrl: string): Promise<readonly Finding[]>
  /** Looks at one account with its token, beside what is known of it. */
  account(
    access: ChannelAccess,
    known: { readonly permissions: readonly string[] | null; readonly accountType: string | null },
  ): Promise<readonly Finding[]>
}

/** What the provider has of the conversation with one person. */
export interface HistoryThread {
  readonly contactKey: ExternalId
  /** When something last happened in it, by the provider's clock. */
  readonly movedAt: Instant
  /** The messages that can still be read, oldest first, each followed by its reactions; times may be to the second. */
  readonly events: readonly ChannelEvent[]
  /** As it came, about this person alone. */
  readonly raw: Uint8Array
}

export interface HistoryPage {
  readonly threads: readonly HistoryThread[]
  /** Where to read on; null at the end. */
  readonly next: string | null
  /** How long the provider wants no further call for this account although it answered this one, ms. */
  readonly retryAfter?: Duration
}

export interface HistoryQuery {
  /** Where to read on; null: at the newest. */
  readonly cursor: string | null
  readonly alternateKey: ExternalId | null
  readonly now: Instant
  /** The first call is paid for; whoever makes another one awaits this before it. */
  readonly turn: () => Promise<void>
}

export interface ChannelHistory {
  /** A page of conversations, those first in which something happened last. */
  read(access: ChannelAccess, query: HistoryQuery): Promise<Result<HistoryPage, ChannelError>>
}

/**
 * One kind of messaging account. The first group is what every channel has; each optional member is a thing that some can do,
 * and the rest of the system asks whether it is there instead of calling and failing.
 */
export interface Channel {
  /** Stable key in rows and URLs: `instagram`. */
  readonly kind: string
  /** Short name in placeholders: `IG`. */
  readonly label: string
  /** Chatwoot's name: `Channel::Instagram`. */
  readonly chatwootType: string
  /** What can be said in it. Checked before anything is written down, and shown to agents. */
  readonly limits: ContentLimits
  /** What its people see of a text that may be markdown: all of its words, without the signs. Absent where texts go as they are. */
  plainText?(text: string): string
  replyWindow(): Promise<ReplyWindowRules>
  /** How often one account may be called; what must wait leaves later. Absent where the provider does not count. */
  rates?(): Promise<Rates>

  /** One call for one part of a message. Absent where nobody is called: in a bridged channel. */
  send?(access: ChannelAccess, part: OutgoingPart): Promise<Result<SentPart, ChannelError>>
  /** Done twice it is done once, so it is never uncertain. Absent where there is no such thing. */
  act?(access: ChannelAccess, recipient: ExternalId, action: ChannelAction): Promise<Result<null, ChannelError>>
  /**
   * The ids of messages of the business to someone with exactly this content, oldest first. That one is not found says nothing: a
   * provider may list it late, or not at all.
   */
  findSent?(access: ChannelAccess, query: SentQuery): Promise<Result<readonly ExternalId[], ChannelError>>
  /** Reads what was written, whether it was pushed to us or not. Absent where the provider keeps nothing, or shows it to nobody. */
  readonly history?: ChannelHistory
  /**
   * Software of the account's own stands between us and its customers, and our REST API is where we meet: it makes the inbox
   * and the people in it, brings in what they write, takes out what agents answer, and reports what became of that.
   */
  readonly bridged?: true
  readonly webhook?: ChannelWebhook
  readonly oauth?: ChannelOAuth
  /**
   * A new token for one that is old enough and still lives; the old one stays good whatever comes of it. `uncertain` where the
   * provider may have made one of which nobody knows. Absent where tokens last, or only a person can get another.
   */
  refresh?(access: ChannelAccess): Promise<Result<RefreshedToken, ChannelError>>
  /** Looks at what a person would have to check by hand, and changes nothing. */
  readonly doctor?: ChannelDoctor
  /** What a notice says that the provider signed; undefined where that is not proven. */
  readNotice?(signed: string): Promise<SignedNotice | undefined>
  /** Asks the provider to push this account's events to us. Ok only when the provider said so. */
  subscribe?(access: ChannelAccess): Promise<Result<null, ChannelError>>
  /** Are this account's events pushed to us, as far as the provider says so? Undefined where it does not tell. */
  isSubscribed?(access: ChannelAccess): Promise<boolean | undefined>
  /** Ends that. */
  unsubscribe?(access: ChannelAccess): Promise<Result<null, ChannelError>>
  fetchProfile?(access: ChannelAccess, sourceId: ExternalId): Promise<Result<Profile, ChannelError>>
}

/** The channels that this build knows, by kind. */
export type Channels = ReadonlyMap<string, Channel>
