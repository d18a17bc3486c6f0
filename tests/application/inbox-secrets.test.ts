import { expect, test } from 'vitest'
import { secretContext, secretKinds } from '#application/ports/inbox-secrets.ts'
import { err, ok } from '#domain/shared/result.ts'
import { saveSecret, sealedAs } from '../fakes/inbox-secrets.ts'
import { openVault } from './support.ts'
import { startVisits } from './visitor-support.ts'

/** A shop with an inbox of its own software. */
const startSecrets = async () => {
  const visits = await startVisits()
  const { accountId, bridgeInboxId, revealSecrets } = visits
  const inbox = { accountId, inboxId: bridgeInboxId }
  return { ...visits, inbox, identified: visits.inbox, reveal: async () => (await revealSecrets([inbox])).get(bridgeInboxId) }
}

test('both are made once, sealed, and shown to whoever may see them', async () => {
  const { inbox, identified, reveal, revealSecrets, world } = await startSecrets()
  world.arrange(({ inboxSecrets }) => inboxSecrets.clear())
  const shown = await Promise.all([reveal(), reveal()])
  expect(shown[0]).toEqual({ webhook: expect.stringMatching(/^whsec_[A-Za-z0-9+/]{43}=$/), hmac: expect.stringMatching(/^secret-/) })
  expect([shown[1], await reveal()]).toEqual([shown[0], shown[0]])
  const known = { inboxId: inbox.inboxId, channel: 'api', channelKey: (await identified()).identifier }
  for (const kind of secretKinds) {
    const sealed = await openVault.seal(shown[0]?.[kind] ?? '', secretContext(kind, known))
    expect(sealedAs(world.state(), { ...inbox, kind })).toBe(sealed)
  }
  expect([...(await revealSecrets([{ ...inbox, accountId: inbox.accountId + 1 }]))]).toEqual([])
  expect([...(await revealSecrets([]))]).toEqual([])
})

test.each(secretKinds)('a %s secret that no key opens is left out, and is not replaced by being looked at', async (kind) => {
  const { inbox, reveal, world } = await startSecrets()
  const { [kind]: _, ...other } = (await reveal()) ?? {}
  world.arrange((state) => saveSecret(state, { ...inbox, kind }, '["other","x"]'))
  expect(await reveal()).toEqual(other)
  expect(sealedAs(world.state(), { ...inbox, kind })).toBe('["other","x"]')
})

test.each(secretKinds)('a %s secret opens in its own inbox and as its own kind only', async (kind) => {
  const { inbox, inboxId, reveal, revealSecrets, accountId, world } = await startSecrets()
  await reveal()
  const moved = sealedAs(world.state(), { ...inbox, kind }) ?? ''
  const other = kind === 'hmac' ? 'webhook' : 'hmac'
  world.arrange((state) => {
    saveSecret(state, { ...inbox, kind: other }, moved)
    saveSecret(state, { accountId, inboxId, kind }, moved)
  })
  expect(await reveal()).not.toHaveProperty(other)
  expect((await revealSecrets([{ accountId, inboxId }])).get(inboxId)).not.toHaveProperty(kind)
})

test.each(secretKinds)('a %s secret is replaced, at once and alone', async (kind) => {
  const { inbox, reveal, replaceSecret } = await startSecrets()
  const before = (await reveal()) ?? {}
  expect(await Promise.all([1, 2].map(() => replaceSecret({ ...inbox, kind })))).toEqual([ok(inbox.inboxId), ok(inbox.inboxId)])
  const after = (await reveal()) ?? {}
  expect(after[kind]).toEqual(expect.any(String))
  expect(after[kind]).not.toBe(before[kind])
  expect({ ...after, [kind]: before[kind] }).toEqual(before)
})

test.each(secretKinds)('a %s secret is for inboxes of the account’s own software', async (kind) => {
  const { inbox, accountId, inboxId, replaceSecret, reveal } = await startSecrets()
  const before = await reveal()
  expect(await replaceSecret({ accountId, inboxId, kind })).toEqual(err({ code: 'inbox.not_a_bridge' }))
  expect(await replaceSecret({ accountId, inboxId: 987, kind })).toEqual(err({ code: 'inbox.unknown' }))
  expect(await replaceSecret({ ...inbox, accountId: accountId + 1, kind })).toEqual(err({ code: 'inbox.unknown' }))
  expect(await reveal()).toEqual(before)
})

test('what proves who people are proves nothing any more once it is replaced, and what it proved stays', async () => {
  const { inbox, reveal, replaceSecret, introduce, enterProven, prove, visitor } = await startSecrets()
  const identifier = 'user-1'
  const sourceId = await enterProven(identifier)
  await replaceSecret({ ...inbox, kind: 'hmac' })
  expect(await introduce({ identifier, identifierHash: prove(identifier) })).toEqual(err({ code: 'identity.wrong' }))
  expect(await introduce({ identifier, identifierHash: prove(identifier, (await reveal())?.hmac) })).toEqual(ok({ sourceId }))
  expect((await visitor(sourceId)).access).toBe('proven')
})
