import { Hono } from 'hono'
import { requirePlatformApp } from '#adapters/http/auth.ts'
import { type HttpOptions, type ScopeEnv, withScope } from '#adapters/http/scope.ts'
import { accounts } from '#adapters/http/surfaces/platform/accounts.ts'
import { doctor } from '#adapters/http/surfaces/platform/doctor.ts'
import { encryptionKeys } from '#adapters/http/surfaces/platform/encryption-keys.ts'
import { intakeEvents } from '#adapters/http/surfaces/platform/intake-events.ts'
import { users } from '#adapters/http/surfaces/platform/users.ts'

/** The installation as a whole, for the software that runs it. */
export const createPlatform = (options: HttpOptions) =>
  new Hono<ScopeEnv>()
    .use(withScope(options), requirePlatformApp)
    .route('/accounts', accounts)
    .route('/doctor', doctor(options))
    .route('/users', users)
    .route('/intake_events', intakeEvents)
    .route('/encryption_keys', encryptionKeys)
