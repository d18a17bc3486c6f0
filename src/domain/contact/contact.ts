import { type Duration, days, hours, type Instant } from '#domain/shared/instant.ts'

/** What a provider tells of a person. Empty text counts as absent. */
export interface Profile {
  readonly name: string | null
  readonly username: string | null
  readonly pictureUrl: string | null
  /** What Chatwoot's clients read from `additional_attributes`. */
  readonly attributes: Readonly<Record<string, unknown>>
}

/** How far we know someone: not asked yet, known, the provider will not say, or not before they have written to the business. */
export type ProfileKnowledge = 'unknown' | 'known' | 'withheld' | 'unconsented'

/** A profile that is older is looked at again by itself, and sooner where the person writes. */
export const profileLife: Duration = days(30)
const profileFreshness: Duration = days(7)

/** People who wrote nothing for so long are not looked at by themselves. */
export const profileInterest: Duration = days(90)

/** Whoever was withheld is asked for again after so long, when they write. */
const withheldPatience: Duration = hours(1)

export interface KnownProfile {
  readonly profile: ProfileKnowledge
  readonly profileCheckedAt: Instant | null
}

/** Is it worth asking who someone is now that there is a message of theirs, or to them? To write to the business is to consent. */
export const isProfileDue = ({ profile, profileCheckedAt }: KnownProfile, theyWrote: boolean, now: Instant): boolean => {
  const age = now - (profileCheckedAt ?? Number.NEGATIVE_INFINITY)
  if (profile === 'unknown') return profileCheckedAt === null
  if (profile === 'unconsented') return theyWrote
  return theyWrote && age > (profile === 'known' ? profileFreshness : withheldPatience)
}

/** What a provider's no says of someone: who never wrote has not consented to be looked at. */
export const withheldAs = (hasWritten: boolean): ProfileKnowledge => (hasWritten ? 'withheld' : 'unconsented')

/** The name of someone whose profile cannot be read (yet). `label` is the channel's short name. */
export const placeholderName = (label: string, sourceId: string): string => `Unknown (${label}: ${sourceId})`

/** A person's own name, else their @username, never an invented one. */
export const displayName = ({ name, username }: Profile, placeholder: string): string => {
  const handle = username?.trim()
  return name?.trim() || (handle ? `@${handle}` : placeholder)
}

export const isEmail = (text: string): boolean => /^[^\s@]+@[^\s@]+$/.test(text)

/** E.164, as Chatwoot wants it: a plus sign and 2 to 15 digits. */
export const isPhoneNumber = (text: string): boolean => /^\+[1-9]\d{1,14}$/.test(text)
