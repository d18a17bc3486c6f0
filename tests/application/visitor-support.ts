import { createHmac } from 'node:crypto'
import { createNodeMac } from '#adapters/crypto/node-mac.ts'
import { createWebhookSigner } from '#adapters/crypto/webhook-signer.ts'
import { createMergeContacts } from '#application/contacts/merge-contacts.ts'
import { createResolveConversation } from '#application/conversations/resolve-conversation.ts'
import { createChangeInbox } from '#application/inboxes/change-inbox.ts'
import { createReplaceSecret } from '#application/inboxes/replace-secret.ts'
import { createRevealSecrets } from '#application/inboxes/reveal-secrets.ts'
import { createChangeVisitor } from '#application/visitors/change-visitor.ts'
import { createChooseItem } from '#application/visitors/choose-item.ts'
import { createIntroduceVisitor, type IntroduceVisitorCommand } from '#application/visitors/introduce-visitor.ts'
import { createNoteReading } from '#application/visitors/note-reading.ts'
import { done, startBridge } from './bridge-support.ts'
import { openVault } from './support.ts'

/** What somebody may say of themselves. */
export type Said = Partial<Omit<IntroduceVisitorCommand, 'inbox'>>

const silent: Omit<IntroduceVisitorCommand, 'inbox'> = {
  ...{ sourceId: undefined, identifier: undefined, identifierHash: undefined, name: undefined, email: undefined },
  ...{ phoneNumber: undefined, avatarUrl: undefined, customAttributes: undefined },
}

/** A shop with an inbox of its own software, and what its customers' apps do there. */
export const startVisits = async (about: Parameters<typeof startBridge>[0] = {}) => {
  const bridge = await startBridge(about)
  const { world, time, accountId, bridgeInboxId, channels } = bridge
  const { unitOfWork, queries } = world
  let drawn = 0
  const clock = { now: () => time.now }
  const all = { channels, unitOfWork, vault: openVault, mac: createNodeMac(), clock, drawKey: () => `drawn-${++drawn}` }
  const accessTokens = { create: () => `secret-${++drawn}`, digest: async () => new Uint8Array() }
  const secrets = { ...all, accessTokens, webhookSigner: createWebhookSigner() }
  const revealSecrets = createRevealSecrets(secrets)
  const introduceVisitor = createIntroduceVisitor(all)
  const changeVisitor = createChangeVisitor(all)
  const changeInbox = createChangeInbox(all)
  const mergeContacts = createMergeContacts(all)
  const token = (await revealSecrets([{ accountId, inboxId: bridgeInboxId }])).get(bridgeInboxId)?.hmac ?? ''

  const inbox = async () => {
    const identifier = (await queries.inbox(accountId, bridgeInboxId))?.connection?.channelKey ?? ''
    const found = await queries.clientInbox(['api'], identifier)
    if (!found) throw new Error('The inbox is there.')
    return found
  }
  const visitor = async (sourceId: string) => {
    const found = await queries.visitor(await inbox(), sourceId)
    if (!found) throw new Error('Nobody is known by this.')
    return found
  }
  const prove = (identifier: string, secret = token): string => createHmac('sha256', secret).update(identifier).digest('hex')
  const introduce = async (said: Said = {}) => introduceVisitor({ inbox: await inbox(), ...silent, ...said })
  return {
    ...bridge,
    token,
    prove,
    inbox,
    visitor,
    introduce,
    revealSecrets,
    replaceSecret: createReplaceSecret(secrets),
    noteReading: createNoteReading(all),
    chooseItem: createChooseItem(all),
    resolveConversation: createResolveConversation(all),
    /** Somebody comes; answers what they are given. */
    enter: async (said: Said = {}) => done(await introduce(said)).sourceId,
    enterProven: async (identifier: string, said: Said = {}) =>
      done(await introduce({ identifier, identifierHash: prove(identifier), ...said })).sourceId,
    change: async (sourceId: string, said: Said) =>
      changeVisitor({ inbox: await inbox(), visitor: await visitor(sourceId), ...silent, ...said }),
    demand: async (hmacMandatory: boolean) => done(await changeInbox({ accountId, inboxId: bridgeInboxId, changes: { hmacMandatory } })),
    merge: async (baseId: number, mergeeId: number) => done(await mergeContacts({ accountId, baseId, mergeeId })),
    /** A conversation of theirs with a message; answers its number. */
    async write(sourceId: string, content: string) {
      const { contactId, inboxId } = await visitor(sourceId)
      const displayId = done(await bridge.startConversation({ ...bridge.somewhere, inboxId, contactId, sourceId }))
      done(await bridge.receiveMessage({ accountId, displayId, content, contentAttributes: {} }))
      return displayId
    },
  }
}
