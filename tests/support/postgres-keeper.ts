/**
 * A process that owns one throwaway PostgreSQL server: starts it in a folder of its own, says where it answers, and stops it and
 * removes the folder when its own standard input ends. So nothing is left behind in whatever way the tests end.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { chmodSync, chownSync, cpSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'
import pg from 'pg'

type User = { readonly uid: number; readonly gid: number } | Record<string, never>

const run = promisify(execFile)

/** PostgreSQL refuses to run as root: then it runs as a user that every system has. */
const unprivilegedUser = (): User => {
  if (process.getuid?.() !== 0) return {}
  const entries = readFileSync('/etc/passwd', 'utf8').split('\n')
  const entry = ['postgres', 'nobody'].map((name) => entries.find((line) => line.startsWith(`${name}:`))).find(Boolean)
  if (entry === undefined) throw new Error('This is root, and the system has neither a user postgres nor nobody to run PostgreSQL as.')
  const [, , uid, gid] = entry.split(':').map(Number)
  return { uid: uid!, gid: gid! }
}

const ownFolder = (place: string): string => {
  const path = mkdtempSync(join(place, 'dovecote-postgres-'))
  process.on('exit', () => rmSync(path, { recursive: true, force: true }))
  return path
}

/** The binaries where the user can run them; otherwise a copy that it can. */
const runnable = async (binDir: string, user: User): Promise<string> => {
  const works = await run(join(binDir, 'postgres'), ['--version'], { ...user, cwd: '/' }).then(
    () => true,
    () => false,
  )
  if (works) return binDir
  const dir = ownFolder(tmpdir())
  chmodSync(dir, 0o755)
  const copy = join(dir, 'postgres')
  cpSync(dirname(realpathSync(binDir)), copy, { recursive: true, verbatimSymlinks: true })
  for (const entry of readdirSync(copy, { recursive: true, withFileTypes: true }))
    if (!entry.isSymbolicLink()) chmodSync(join(entry.parentPath, entry.name), 0o755)
  chmodSync(copy, 0o755)
  return join(copy, 'bin')
}

const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer().once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0))
    })
  })

interface Cluster {
  readonly bin: string
  readonly data: string
  readonly user: User
}

interface Running {
  readonly child: ChildProcess
  readonly port: number
}

const urlOf = (port: number): string => `postgres://postgres@127.0.0.1:${port}/postgres`

const answers = async (port: number): Promise<boolean> => {
  const client = new pg.Client({ connectionString: urlOf(port), connectionTimeoutMillis: 2_000 })
  client.on('error', () => {})
  try {
    await client.connect()
    return true
  } catch {
    return false
  } finally {
    await client.end().catch(() => {})
  }
}

/** Commits need not survive the machine here, so nothing is synced to disk; they do survive the server. */
const settings = ['listen_addresses=127.0.0.1', 'unix_socket_directories=', 'fsync=off', 'max_connections=300', 'autovacuum_naptime=1h']

const start = async ({ bin, data, user }: Cluster, wanted?: number): Promise<Running> => {
  for (const deadline = Date.now() + 30_000; ; ) {
    const port = wanted ?? (await freePort())
    const args = ['-D', data, '-p', `${port}`, ...settings.flatMap((setting) => ['-c', setting])]
    const child = spawn(join(bin, 'postgres'), args, { ...user, cwd: data, stdio: ['ignore', 'ignore', 'pipe'] })
    let log = ''
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      log = (log + text).slice(-8_000)
    })
    while (child.exitCode === null && child.signalCode === null && Date.now() < deadline) {
      if (await answers(port)) return { child, port }
      await delay(20)
    }
    await stop(child)
    const taken = /Address already in use|could not bind/.test(log)
    if (!taken || Date.now() >= deadline) throw new Error(`PostgreSQL did not start: ${log}`)
  }
}

/** `SIGINT` rolls back what is open and stops; `SIGQUIT` stops at once, and the next start recovers. */
const stop = async (child: ChildProcess, signal: 'SIGINT' | 'SIGQUIT' = 'SIGINT'): Promise<void> => {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exited = new Promise((resolve) => child.once('exit', resolve))
  child.kill(signal)
  const patience = setTimeout(() => child.kill('SIGQUIT'), 5_000)
  await exited
  clearTimeout(patience)
}

const createCluster = async (dir: string, binDir: string, initArgs: readonly string[]): Promise<Cluster> => {
  const user = unprivilegedUser()
  if (user.uid !== undefined) chownSync(dir, user.uid, user.gid)
  const bin = await runnable(binDir, user)
  const data = join(dir, 'data')
  await run(join(bin, 'initdb'), ['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--no-sync', ...initArgs], {
    ...user,
    cwd: dir,
  })
  return { bin, data, user }
}

const main = async (binDir: string, place: string, initArgs: readonly string[]): Promise<void> => {
  const dir = ownFolder(place)
  const say = (message: object): boolean => process.stdout.write(`${JSON.stringify(message)}\n`)
  const commands = createInterface({ input: process.stdin })
  let running: Running | undefined
  const ended = new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, resolve)
    commands.once('close', resolve)
  })
  try {
    const cluster = await createCluster(dir, binDir, initArgs)
    running = await start(cluster)
    say({ url: urlOf(running.port) })
    commands.on('line', async () => {
      if (running === undefined) return
      await stop(running.child, 'SIGQUIT')
      running = await start(cluster, running.port)
      say({ url: urlOf(running.port) })
    })
    await ended
  } finally {
    if (running) await stop(running.child)
  }
  process.exit()
}

const [binDir = '', place = tmpdir(), ...initArgs] = process.argv.slice(2)
await main(binDir, place, initArgs)
