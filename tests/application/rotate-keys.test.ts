import { expect, test } from 'vitest'
import { createVault } from '#adapters/crypto/vault.ts'
import { createRotateKeys } from '#application/installation/rotate-keys.ts'
import { secretContext, secretKinds } from '#application/ports/inbox-secrets.ts'
import type { Vault } from '#application/ports/vault.ts'
import { days } from '#domain/shared/instant.ts'
import { ok } from '#domain/shared/result.ts'
import { saveSecret, sealedAs } from '../fakes/inbox-secrets.ts'
import { startApplication } from './support.ts'

const key = (id: string, fill: number) => ({ id, secret: new Uint8Array(32).fill(fill) })
const [oldKey, newKey] = [key('old', 1), key('new', 2)]
const [before, during, after] = [createVault({ keys: [oldKey] }), createVault({ keys: [newKey, oldKey] }), createVault({ keys: [newKey] })]

const contextOf = (n: number) => `credential:test:shop ${n}`

/** Inboxes whose tokens the old key has sealed, and two secrets of the installation. */
const startInstallation = async (count: number) => {
  const { world, accountId, openInbox, time } = await startApplication(async () => ok({ externalId: 'never' }))
  const { unitOfWork } = world
  world.arrange(({ credentials }) => credentials.clear())
  const inboxIds: number[] = []
  const save = async (inboxId: number, sealed: string) => {
    const life = { issuedAt: time.now, expiresAt: time.now + days(60), refreshAt: time.now + days(30), failures: 0, warnedDays: null }
    await unitOfWork.run(async (tx) => ok(await tx.credentials.save({ accountId, inboxId }, { sealed, ...life })))
  }
  for (let n = 0; n < count; n++) {
    const inboxId = await openInbox(`shop ${n}`)
    inboxIds.push(inboxId)
    await save(inboxId, await before.seal(`token ${n}`, contextOf(n)))
  }
  const settings = ['APP_SECRET', 'VERIFY_TOKEN']
  for (const name of settings) {
    const sealed = await before.seal(`the ${name}`, `setting:${name}`)
    world.arrange(({ sealedSettings }) => sealedSettings.set(name, sealed))
  }
  const rotate = (vault: Vault) => createRotateKeys({ unitOfWork, vault })()
  const tokens = (vault: Vault) =>
    Promise.all(inboxIds.map((inboxId, n) => vault.open(world.state().credentials.get(inboxId)?.sealed ?? '', contextOf(n))))
  return { world, accountId, inboxIds, save, rotate, tokens }
}

test('everything is sealed by the first key afterwards, and the old one is needed no more', async () => {
  const { world, rotate, tokens } = await startInstallation(230)
  expect(await rotate(during)).toEqual({ key: 'new', credentials: 230, secrets: 0, settings: 2, unreadable: 0 })
  expect(await tokens(after)).toEqual(Array.from({ length: 230 }, (_, n) => `token ${n}`))
  expect(await after.open(world.state().sealedSettings.get('APP_SECRET') ?? '', 'setting:APP_SECRET')).toBe('the APP_SECRET')
  expect(await rotate(after)).toEqual({ key: 'new', credentials: 0, secrets: 0, settings: 0, unreadable: 0 })
})

test('a token that is refreshed at that moment is not overwritten, whichever key seals it', async () => {
  for (const server of [during, before]) {
    const { inboxIds, save, rotate, tokens } = await startInstallation(3)
    let raced = false
    const vault: Vault = {
      ...during,
      async reseal(envelope, context) {
        const answer = await during.reseal(envelope, context)
        if (context === contextOf(1) && !raced) {
          raced = true
          await save(inboxIds[1] ?? 0, await server.seal('refreshed', context))
        }
        return answer
      },
    }
    expect(await rotate(vault)).toMatchObject({ credentials: server === before ? 3 : 2, unreadable: 0 })
    expect(await tokens(after)).toEqual(['token 0', 'refreshed', 'token 2'])
  }
})

test('what no key opens is left as it is and counted', async () => {
  const { inboxIds, save, rotate, world } = await startInstallation(3)
  const lost = await createVault({ keys: [key('lost', 9)] }).seal('token', contextOf(2))
  await save(inboxIds[2] ?? 0, lost)
  expect(await rotate(during)).toEqual({ key: 'new', credentials: 2, secrets: 0, settings: 2, unreadable: 1 })
  expect(world.state().credentials.get(inboxIds[2] ?? 0)?.sealed).toBe(lost)
  expect(await rotate(after)).toMatchObject({ credentials: 0, settings: 0, unreadable: 1 })
})

test('the secrets of inboxes and their own software are among it, more than fit on a page', async () => {
  const { world, accountId, inboxIds, rotate } = await startInstallation(120)
  const sealed = await Promise.all(
    inboxIds.flatMap((inboxId, n) =>
      secretKinds.map(async (kind) => {
        const context = secretContext(kind, { inboxId, channel: 'test', channelKey: `shop ${n}` })
        return { ref: { accountId, inboxId, kind }, context, sealed: await before.seal(`${kind} of ${n}`, context) }
      }),
    ),
  )
  world.arrange((state) => {
    for (const each of sealed) saveSecret(state, each.ref, each.sealed)
  })
  expect(await rotate(during)).toEqual({ key: 'new', credentials: 120, secrets: 240, settings: 2, unreadable: 0 })
  const opened = await Promise.all(sealed.map(({ ref, context }) => after.open(sealedAs(world.state(), ref) ?? '', context)))
  expect(opened).toEqual(inboxIds.flatMap((_, n) => secretKinds.map((kind) => `${kind} of ${n}`)))
})
