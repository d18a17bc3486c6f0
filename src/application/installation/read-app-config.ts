import type { SettingSpec, Settings } from '#application/ports/settings.ts'
import { err, ok, type Result } from '#domain/shared/result.ts'

export type ReadAppConfigError = { readonly code: 'app_config.unknown' }

/** What stands for a secret that is set. Nothing of the secret is in it, not even its length. */
export const mask = '********'

/** The settings of one page of the installation's configuration: null where one is not set, the mask where a secret is. */
export type ReadAppConfig = (page: string) => Promise<Result<Readonly<Record<string, string | null>>, ReadAppConfigError>>

interface Dependencies {
  readonly settingSpecs: readonly SettingSpec[]
  readonly settings: Settings
}

/** The settings of a page that the database may hold. */
export const specsOf = (specs: readonly SettingSpec[], page: string): readonly SettingSpec[] =>
  specs.filter((spec) => spec.page === page && spec.kind !== 'endpoint')

export const createReadAppConfig =
  ({ settingSpecs, settings }: Dependencies): ReadAppConfig =>
  async (page) => {
    const specs = specsOf(settingSpecs, page)
    if (specs.length === 0) return err({ code: 'app_config.unknown' })
    const values = await settings.read()
    return ok(
      Object.fromEntries(
        specs.map(({ name, kind }) => {
          const value = values.get(name) ?? null
          return [name, value !== null && kind === 'secret' ? mask : value]
        }),
      ),
    )
  }
