import { createAccessTokens } from '#adapters/crypto/access-tokens.ts'
import { deriveSecret } from '#adapters/crypto/derive.ts'
import { drawKey } from '#adapters/crypto/draw-key.ts'
import { createGravatar } from '#adapters/crypto/gravatar.ts'
import { md5 } from '#adapters/crypto/md5.ts'
import { createMediaLinks } from '#adapters/crypto/media-links.ts'
import { createPersonMarks } from '#adapters/crypto/person-marks.ts'
import { createUploadIds } from '#adapters/crypto/upload-ids.ts'
import { createIds } from '#adapters/crypto/uuid-v7.ts'
import { createVault } from '#adapters/crypto/vault.ts'
import { createWebhookSigner } from '#adapters/crypto/webhook-signer.ts'
import { createWebhookBodies } from '#adapters/http/views/webhook-event.ts'
import { createRenderTemplate } from '#adapters/liquid/render-template.ts'
import { createIntakeLog } from '#adapters/postgres/intake-log.ts'
import { createQueries } from '#adapters/postgres/queries.ts'
import { createSettings, type StoredSettings } from '#adapters/postgres/settings.ts'
import { createUnitOfWork } from '#adapters/postgres/unit-of-work.ts'
import { systemClock, waitUntil } from '#adapters/system/clock.ts'
import { createStateTokens } from '#adapters/tokens/state-token.ts'
import type { Channel, Channels } from '#application/ports/channel.ts'
import type { Settings } from '#application/ports/settings.ts'
import { channelModules } from '#channels/index.ts'
import { bind, type Container, get, token } from '#composition/container.ts'
import type { Choices, Platform } from '#composition/platform.ts'
import { T } from '#composition/tokens.ts'
import { installationSettings } from '#composition/variables.ts'

/** The settings with their store, for whoever may write them. */
export const storedSettings = token<StoredSettings>('StoredSettings')

/** Every setting that this build knows: the installation's own and those of its channels. */
export const settingSpecs = [...installationSettings, ...channelModules.flatMap((module) => module.settings)]

const fixed = (settings: Settings, values: ReadonlyMap<string, string>): Settings => ({
  read: async () => new Map([...(await settings.read()), ...values]),
})

const createChannels = (c: Container): Channels => {
  const dependencies = { settings: get(c, T.Settings), mac: get(c, T.Mac), clock: get(c, T.Clock) }
  const channels: Channel[] = channelModules.map((module) => module.create(dependencies))
  return new Map(channels.map((channel) => [channel.kind, channel]))
}

export const bindAdapters = async (c: Container, platform: Platform, choices: Choices): Promise<void> => {
  const { database, mac, logger, mediaStore, copies, posts } = platform
  const [sealing] = choices.keys
  if (!sealing) throw new Error('A composition needs at least one encryption key.')
  const stateSecret = await deriveSecret(sealing.secret, 'oauth-state')
  bind(c, T.Clock, () => systemClock)
  bind(c, T.WaitUntil, () => waitUntil)
  bind(c, T.Ids, () => createIds(systemClock.now))
  bind(c, T.DrawKey, () => drawKey)
  bind(c, T.Logger, () => logger)
  bind(c, T.Mac, () => mac)
  bind(c, T.MediaStore, () => mediaStore)
  bind(c, T.Copies, () => copies)
  bind(c, T.Posts, () => posts)
  bind(c, T.WebhookSigner, () => createWebhookSigner())
  bind(c, T.WebhookBodies, (c) => createWebhookBodies({ channels: get(c, T.Channels), mediaLinks: get(c, T.MediaLinks) }))
  bind(c, T.Gravatar, () => createGravatar(choices.gravatar))
  const secrets = choices.keys.map(({ secret }) => secret)
  bind(c, T.MediaLinks, () => createMediaLinks(secrets, choices.frontendUrl))
  bind(c, T.UploadIds, () => createUploadIds(secrets, choices.frontendUrl))
  bind(c, T.Md5, () => md5)
  bind(c, T.RenderTemplate, createRenderTemplate)
  bind(c, T.RawRetention, () => choices.rawRetention)
  bind(c, T.IsPolled, () => choices.isPolled ?? false)
  bind(c, T.Vault, () => createVault({ keys: choices.keys }))
  bind(c, T.PersonMarks, (c) => createPersonMarks({ vault: get(c, T.Vault) }))
  bind(c, T.AccessTokens, () => createAccessTokens())
  bind(c, T.StateTokens, (c) => createStateTokens({ secret: stateSecret, clock: get(c, T.Clock), ids: get(c, T.Ids) }))
  bind(c, storedSettings, (c) =>
    createSettings({ database, vault: get(c, T.Vault), specs: settingSpecs, initial: choices.settings, clock: get(c, T.Clock) }),
  )
  bind(c, T.SettingSpecs, () => settingSpecs)
  bind(c, T.SettingsStore, (c) => get(c, storedSettings))
  bind(c, T.Settings, (c) => (choices.fixedSettings ? fixed(get(c, storedSettings), choices.fixedSettings) : get(c, storedSettings)))
  bind(c, T.Channels, createChannels)
  bind(c, T.Shredder, () => ({ shred: async () => database.shred?.() }))
  bind(c, T.UnitOfWork, (c) => createUnitOfWork({ database, ids: get(c, T.Ids) }))
  bind(c, T.IntakeLog, () => createIntakeLog({ database }))
  bind(c, T.Queries, () => createQueries(database))
}
