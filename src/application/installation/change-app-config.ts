import { mask, specsOf } from '#application/installation/read-app-config.ts'
import { settingProblem } from '#application/installation/setting-rules.ts'
import type { SettingSpec, SettingsStore } from '#application/ports/settings.ts'
import { err, ok, type Result } from '#domain/shared/result.ts'

export type ChangeAppConfigError =
  | { readonly code: 'app_config.unknown' }
  /** A sentence for each thing that is wrong; nothing was changed. */
  | { readonly code: 'app_config.invalid'; readonly message: string; readonly names: readonly string[] }

/**
 * Changes settings of one page; those that are not named stay. Null or an empty text unsets one, also where the environment gave it
 * first; the mask leaves a secret as it is, so that what was read can be written back.
 */
export type ChangeAppConfig = (command: {
  readonly page: string
  readonly values: Readonly<Record<string, string | null>>
}) => Promise<Result<null, ChangeAppConfigError>>

interface Dependencies {
  readonly settingSpecs: readonly SettingSpec[]
  readonly settingsStore: SettingsStore
}

const problemOf = (specs: readonly SettingSpec[], page: string, name: string, value: string): string | undefined => {
  const spec = specs.find((each) => each.name === name)
  if (!spec) return `is no setting of ${page}; there are ${specs.map((each) => each.name).join(', ')}`
  return value === '' ? undefined : settingProblem(spec, value)
}

export const createChangeAppConfig =
  ({ settingSpecs, settingsStore }: Dependencies): ChangeAppConfig =>
  async ({ page, values }) => {
    const specs = specsOf(settingSpecs, page)
    if (specs.length === 0) return err({ code: 'app_config.unknown' })
    const given = Object.entries(values).map(([name, value]) => [name, value?.trim() ?? ''] as const)
    const wrong = given.flatMap(([name, value]) => {
      const problem = value === mask ? undefined : problemOf(specs, page, name, value)
      return problem === undefined ? [] : [{ name, sentence: `${name} ${problem}.` }]
    })
    if (wrong.length > 0) {
      const message = wrong.map(({ sentence }) => sentence).join(' ')
      return err({ code: 'app_config.invalid', message, names: wrong.map(({ name }) => name) })
    }
    const isMasked = new Set(specs.filter(({ kind }) => kind === 'secret').map(({ name }) => name))
    await settingsStore.write(new Map(given.filter(([name, value]) => value !== mask || !isMasked.has(name))))
    return ok(null)
  }
