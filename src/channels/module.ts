import type { Channel } from '#application/ports/channel.ts'
import type { Clock } from '#application/ports/clock.ts'
import type { Mac } from '#application/ports/mac.ts'
import type { SettingSpec, Settings } from '#application/ports/settings.ts'

/** What every channel gets to work with. */
export interface ChannelDependencies {
  readonly settings: Settings
  readonly mac: Mac
  readonly clock: Clock
}

/** What a channel's folder gives to the list: the settings that it reads, and how to make it. */
export interface ChannelModule {
  readonly settings: readonly SettingSpec[]
  create(dependencies: ChannelDependencies): Channel
}
