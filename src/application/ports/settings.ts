/** One setting of the installation, as its owner (a channel) declares it. */
export interface SettingSpec {
  readonly name: string
  /** `secret` is sealed at rest and masked when read; `endpoint` comes from the environment alone and is never stored. */
  readonly kind: 'plain' | 'secret' | 'endpoint'
  readonly default?: string
  /** One line for people. */
  readonly about: string
  /** With which others it is read and changed: `instagram`. */
  readonly page?: string
  /** What values look like; `otherwise` is the end of a sentence that begins with the name and says what is wrong and what to do. */
  readonly form?: { readonly pattern: RegExp; readonly otherwise: string }
}

/** What a secret setting is sealed to. */
export const settingContext = (name: string): string => `setting:${name}`

/** The installation's settings: what is stored, else what the environment gave first, else the default. */
export interface Settings {
  /** Values that are set, by name. Cheap to call often: at most about a second old. */
  read(): Promise<ReadonlyMap<string, string>>
}

export interface SettingsStore {
  /** Stores settings, secrets sealed; an empty text unsets one. All processes read them from now on. */
  write(values: ReadonlyMap<string, string>): Promise<void>
}
