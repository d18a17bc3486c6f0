import { connectionJson } from '#adapters/http/views/inbox.ts'
import { secondsOrNull } from '#adapters/http/views/time.ts'
import type { Inspection } from '#application/inboxes/inspect-connection.ts'

export const inspectionJson = ({ connection, findings, quietSince }: Inspection) => ({
  ...connectionJson(connection),
  account_type: connection.accountType,
  permissions: connection.permissions,
  quiet_since: secondsOrNull(quietSince),
  checks: findings,
})
