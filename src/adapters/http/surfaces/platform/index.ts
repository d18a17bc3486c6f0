import { Hono } from 'hono'
import { requirePlatformApp } from '#adapters/http/auth.ts'
import { problem } from '#adapters/http/errors.ts'
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
    .get('/backup', async (c) => {
      if (!options.backUp) return problem(c, 'backup.not_here')
      return c.body(await options.backUp(), 200, {
        'Content-Type': 'application/gzip',
        'Content-Disposition': 'attachment; filename="dovecote.backup"',
      })
    })
    .route('/accounts', accounts)
    .route('/doctor', doctor(options))
    .route('/users', users)
    .route('/intake_events', intakeEvents)
    .route('/encryption_keys', encryptionKeys)
