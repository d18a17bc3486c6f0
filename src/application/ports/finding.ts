/** What a look at one thing found, for a person who wants to know why something does not work. */
export interface Finding {
  /** What was looked at: `token`, `callback`. */
  readonly check: string
  /** `unknown`: it could not be looked at from here. */
  readonly state: 'ok' | 'warning' | 'failed' | 'unknown'
  /** What is so; where it is not as it should be, what to do. */
  readonly message: string
}
