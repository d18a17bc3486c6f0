import { backup } from './backup.ts'
import type { Command } from './command.ts'
import { connectInstagram } from './connect-instagram.ts'
import { eraseContact, exportContact } from './contact.ts'
import { demo } from './demo/demo.ts'
import { doctor } from './doctor.ts'
import { migrateDatabase } from './migrate.ts'
import { moveDatabase } from './move.ts'
import { replay } from './replay.ts'
import { restoreBackup } from './restore.ts'
import { rotateKeys } from './rotate-keys.ts'
import { sandbox } from './sandbox.ts'
import { serve } from './serve.ts'
import { setup } from './setup.ts'

/** Everything that can be asked of Dovecote from a terminal. */
export const commands: Readonly<Record<string, Command>> = {
  serve,
  setup,
  'connect instagram': connectInstagram,
  migrate: migrateDatabase,
  demo,
  doctor,
  replay,
  'keys rotate': rotateKeys,
  'contact erase': eraseContact,
  'contact export': exportContact,
  backup,
  restore: restoreBackup,
  move: moveDatabase,
  sandbox,
}
