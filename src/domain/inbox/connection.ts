/** How an inbox stands with its provider. */
export type ConnectionState = 'connected' | 'refresh_failing' | 'reauthorization_required' | 'disconnected'

/** May we call the provider in this state? What customers write is taken in whatever the state. */
export const maySend = (state: ConnectionState): boolean => state === 'connected' || state === 'refresh_failing'

/** The scopes that an inbox cannot work without and that the person at the consent page unticked. */
export const missingPermissions = (required: readonly string[], granted: readonly string[]): string[] =>
  required.filter((scope) => !granted.includes(scope))
