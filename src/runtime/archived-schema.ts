import type { ArchiveSchema } from '#application/ports/archive.ts'
import { knownMigrations } from '../../db/migrate.ts'
import { SetupError } from './installation.ts'

/** The migrations that rows of this schema need. Refuses a schema that this build does not know. */
export const migrationsFor = (schema: ArchiveSchema): ReadonlySet<string> => {
  const known = knownMigrations()
  for (const [name, checksum] of Object.entries(schema)) {
    if (known.get(name) === checksum) continue
    throw new SetupError(
      `These rows fit a schema that this version of Dovecote does not know (${name}); use the version they come from, or a newer one.`,
    )
  }
  return new Set(Object.keys(schema))
}
