/** What a provider tells of a person. Empty text counts as absent. */
export interface Profile {
  readonly name: string | null
  readonly username: string | null
  readonly pictureUrl: string | null
  /** What Chatwoot's clients read from `additional_attributes`. */
  readonly attributes: Readonly<Record<string, unknown>>
}

/** How far we know someone: not asked yet, known, or the provider will not say. */
export type ProfileKnowledge = 'unknown' | 'known' | 'withheld'

/** The name of someone whose profile cannot be read (yet). `label` is the channel's short name. */
export const placeholderName = (label: string, sourceId: string): string => `Unknown (${label}: ${sourceId})`

/** A person's own name, else their username, never an invented one. */
export const displayName = (profile: Profile, placeholder: string): string =>
  profile.name?.trim() || profile.username?.trim() || placeholder

export const isEmail = (text: string): boolean => /^[^\s@]+@[^\s@]+$/.test(text)

/** E.164, as Chatwoot wants it: a plus sign and 2 to 15 digits. */
export const isPhoneNumber = (text: string): boolean => /^\+[1-9]\d{1,14}$/.test(text)
