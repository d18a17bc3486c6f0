import { api } from '#channels/api/index.ts'
import { instagram } from '#channels/instagram/index.ts'
import type { ChannelModule } from '#channels/module.ts'

/** Every channel of this build. A new one is a folder beside this file and one line here. */
export const channelModules: readonly ChannelModule[] = [api, instagram]
