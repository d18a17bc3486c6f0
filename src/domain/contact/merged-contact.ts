import { type Instant, latest } from '#domain/shared/instant.ts'

export type Attributes = Readonly<Record<string, unknown>>

/** What of a contact a merge decides about. */
export interface MergeableContact {
  readonly name: string
  readonly email: string | null
  readonly phoneNumber: string | null
  readonly identifier: string | null
  readonly blocked: boolean
  readonly avatarUrl: string | null
  readonly additionalAttributes: Attributes
  readonly customAttributes: Attributes
  readonly lastActivityAt: Instant | null
}

export const isMap = (value: unknown): value is Attributes => typeof value === 'object' && value !== null && !Array.isArray(value)

/** Both together; where both say something, at any depth, the base's word stands. */
const mergedAttributes = (base: Attributes, other: Attributes): Attributes => {
  const merged = new Map(Object.entries(other))
  for (const [key, value] of Object.entries(base)) {
    const beside = merged.get(key)
    merged.set(key, isMap(value) && isMap(beside) ? mergedAttributes(value, beside) : value)
  }
  return Object.fromEntries(merged)
}

/** What nobody proved of one of them says nothing of the other. */
const proved = ({ additionalAttributes: { unverified: _, ...attributes } }: MergeableContact): Attributes => attributes

/** The one that two contacts become: the base, with what only the other one had. As Chatwoot merges them. */
export const mergedContact = (base: MergeableContact, other: MergeableContact): MergeableContact => ({
  name: base.name.trim() ? base.name : other.name,
  email: base.email ?? other.email,
  phoneNumber: base.phoneNumber ?? other.phoneNumber,
  identifier: base.identifier ?? other.identifier,
  blocked: base.blocked,
  avatarUrl: base.avatarUrl ?? other.avatarUrl,
  additionalAttributes: mergedAttributes(proved(base), proved(other)),
  customAttributes: mergedAttributes(base.customAttributes, other.customAttributes),
  lastActivityAt: latest(base.lastActivityAt, other.lastActivityAt),
})
