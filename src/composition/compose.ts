import type { Channels } from '#application/ports/channel.ts'
import type { Clock } from '#application/ports/clock.ts'
import type { Ids } from '#application/ports/ids.ts'
import type { IntakeLoad } from '#application/ports/intake.ts'
import type { Logger } from '#application/ports/logger.ts'
import type { MediaLinks } from '#application/ports/media-links.ts'
import type { Queries } from '#application/ports/queries.ts'
import type { UseCases } from '#application/use-cases.ts'
import { bindAdapters, storedSettings } from '#composition/adapters.ts'
import { bindApplication } from '#composition/application.ts'
import { bind, type Container, createContainer, get } from '#composition/container.ts'
import type { Choices, Platform } from '#composition/platform.ts'
import { T } from '#composition/tokens.ts'

/** Dovecote, put together on one platform. It owns nothing that has to be closed: the platform does. */
export interface Composition {
  readonly useCases: UseCases
  readonly queries: Queries
  readonly channels: Channels
  readonly mediaLinks: MediaLinks
  readonly clock: Clock
  readonly ids: Ids
  readonly logger: Logger
  readonly intakeLoad: IntakeLoad
  /** Stores what the environment gave for settings that nobody has stored yet. */
  readonly seedSettings: () => Promise<void>
  /** Has settings read anew that another process changed. */
  readonly forgetSettings: () => void
}

/** A container with everything bound; nothing is made before it is asked for. */
export const createBoundContainer = async (platform: Platform, choices: Choices, wakeIntake: () => void = () => {}): Promise<Container> => {
  const c = createContainer()
  bind(c, T.WakeIntake, () => wakeIntake)
  await bindAdapters(c, platform, choices)
  bindApplication(c)
  return c
}

/** `wakeIntake` is called when something waits to be applied. */
export const compose = async (platform: Platform, choices: Choices, wakeIntake?: () => void): Promise<Composition> => {
  const c = await createBoundContainer(platform, choices, wakeIntake)
  return {
    useCases: get(c, T.UseCases),
    queries: get(c, T.Queries),
    channels: get(c, T.Channels),
    mediaLinks: get(c, T.MediaLinks),
    clock: get(c, T.Clock),
    ids: get(c, T.Ids),
    logger: get(c, T.Logger),
    intakeLoad: get(c, T.IntakeLog),
    seedSettings: () => get(c, storedSettings).seed(),
    forgetSettings: () => get(c, storedSettings).forget(),
  }
}
