import { globSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

type Variables = Readonly<Record<string, string>>

export interface Launch {
  readonly file: string
  readonly parameters: readonly string[]
  readonly env: Variables
}

export interface Runtime {
  readonly name: string
  /** Whether it has the embedded database, migrates what it opens, and ends in good order at a signal. */
  readonly isServer: boolean
  /** What starts Dovecote on it, from the project's root, with this environment. */
  launch(env: Variables): Launch
}

const modules = fileURLToPath(new URL('./node_modules', import.meta.url))

/**
 * The binary itself, so that signals and the exit code are its own. Npm may run the packages' install scripts or not: Bun's moves
 * the binary out of the package of the platform.
 */
const binary = (...places: readonly string[]): string => {
  const [found] = places.flatMap((place) => globSync(place, { cwd: modules }))
  if (found === undefined) throw new Error(`There is no ${places.join(' and no ')}; run npm ci --prefix tests/runtimes.`)
  return join(modules, found)
}

const server = (name: string, file: () => string, ...parameters: readonly string[]): Runtime => ({
  name,
  isServer: true,
  launch: (env) => ({ file: file(), parameters, env }),
})

const bun = (): string => binary('@oven/bun-*/bin/bun', 'bun/bin/bun.exe')
const deno = (): string => binary('@deno/*/deno')

/** All that Dovecote needs: no subprocesses and no foreign libraries. */
const denoOptions = ['--no-prompt', '--no-lock', '--allow-net', '--allow-env', '--allow-read', '--allow-write', '--allow-sys']

/** Workers as they run on this machine: workerd, wrangler.toml, and a cron that comes when it is called. */
const wrangler = ({ PATH, HOME, TMPDIR, PORT, DATA_DIR, DATABASE_URL, ...variables }: Variables): Launch => {
  const options = { ip: '127.0.0.1', port: PORT, 'inspector-port': '0', 'persist-to': DATA_DIR, 'show-interactive-dev-session': 'false' }
  const parameters = [
    ...[binary('wrangler/bin/wrangler.js'), 'dev', '--test-scheduled'],
    ...Object.entries(options).map(([name, value]) => `--${name}=${value}`),
    ...Object.entries(variables).flatMap(([name, value]) => ['--var', `${name}:${value}`]),
  ]
  const hyperdrive = { CLOUDFLARE_HYPERDRIVE_LOCAL_CONNECTION_STRING_HYPERDRIVE: `${DATABASE_URL}`, WRANGLER_SEND_METRICS: 'false' }
  return { file: process.execPath, parameters, env: { PATH: `${PATH}`, HOME: `${HOME}`, TMPDIR: `${TMPDIR}`, ...hyperdrive } }
}

export const runtimes: readonly Runtime[] = [
  server('Node', () => process.execPath, 'src/runtime/node.ts'),
  server('Bun', bun, 'src/runtime/bun.ts'),
  server('Deno', deno, 'run', ...denoOptions, 'src/runtime/deno.ts'),
  { name: 'workerd', isServer: false, launch: wrangler },
]

export const servers = runtimes.filter(({ isServer }) => isServer)
