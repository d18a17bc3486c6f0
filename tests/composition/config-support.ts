import type { SettingSpec } from '#application/ports/settings.ts'
import { type Config, type Environment, loadConfig } from '#composition/config.ts'

export const specs: readonly SettingSpec[] = [
  { name: 'INSTAGRAM_APP_SECRET', kind: 'secret', about: 'app secret' },
  { name: 'INSTAGRAM_API_VERSION', kind: 'plain', default: 'v25.0', about: 'version' },
  { name: 'INSTAGRAM_GRAPH_URL', kind: 'endpoint', default: 'https://graph.instagram.com', about: 'host' },
]

export const key = (id: string, fill: number): string => `${id}:${Buffer.alloc(32, fill).toString('base64')}`

const noFile = (path: string): string => {
  throw Object.assign(new Error(`no such file ${path}`), { code: 'ENOENT' })
}

const filesOf = (files: Readonly<Record<string, string>>) => (path: string) => files[path] ?? noFile(path)

export const load = (env: Environment, files: Readonly<Record<string, string>> = {}): Config => {
  const config = loadConfig(env, filesOf(files), specs)
  if (!config.ok) throw new Error(config.error.join('\n'))
  return config.value
}

export const problemsOf = (env: Environment, files: Readonly<Record<string, string>> = {}): readonly string[] => {
  const config = loadConfig(env, filesOf(files), specs)
  return config.ok ? [] : config.error
}
