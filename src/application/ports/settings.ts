/** One setting of the installation, as its owner (a channel) declares it. */
export interface SettingSpec {
  readonly name: string
  /** `secret` is sealed at rest and masked when read; `endpoint` comes from the environment alone and is never stored. */
  readonly kind: 'plain' | 'secret' | 'endpoint'
  readonly default?: string
  /** One line for people. */
  readonly about: string
}

/** What a secret setting is sealed to. */
export const settingContext = (name: string): string => `setting:${name}`

/** The installation's settings: what is stored, else what the environment gave first, else the default. */
export interface Settings {
  /** Values that are set, by name. Cheap to call often: at most about a second old. */
  read(): Promise<ReadonlyMap<string, string>>
}
