import { expect, test } from 'vitest'
import { createOpenAccess } from '#application/inboxes/open-access.ts'
import { days } from '#domain/shared/instant.ts'
import { ok } from '#domain/shared/result.ts'
import { openVault, startApplication } from './support.ts'

test('a token that does not open is in nobody’s way, also where many are opened at once', async () => {
  const { world, time, accountId, inboxId, openInbox } = await startApplication(async () => ok({ externalId: 'mid' }))
  const { unitOfWork } = world
  const broken = await openInbox('broken')
  const moved = { sealed: await openVault.seal('token', 'of another account'), issuedAt: time.now, failures: 0, warnedDays: null }
  await unitOfWork.run(async (tx) =>
    ok(await tx.credentials.save({ accountId, inboxId: broken }, { ...moved, expiresAt: time.now + days(60), refreshAt: time.now })),
  )
  const open = createOpenAccess({ unitOfWork, vault: openVault, clock: { now: () => time.now } })
  const [good, bad, none] = await Promise.allSettled([open(accountId, inboxId), open(accountId, broken), open(accountId, 987_654)])
  expect(good).toMatchObject({ status: 'fulfilled', value: { token: 'token', inbox: { inboxId, state: 'connected' } } })
  expect(bad.status).toBe('rejected')
  expect(none).toEqual({ status: 'fulfilled', value: undefined })
})
