import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { DatabaseInUse, noteServerUrl, openEmbedded, readLock } from '#adapters/postgres/embedded.ts'
import { takeLock } from '#adapters/postgres/embedded-lock.ts'
import { type Answer, type EmbeddedChild, startEmbeddedChild } from '../support/start-embedded-child.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const inUse = (dir: string, pid: number): string =>
  `The embedded database in ${dir} is in use by process ${pid}; stop that process first, or set DATA_DIR to another folder.`

const lockOf = (dir: string): object => JSON.parse(readFileSync(`${dir}/lock`, 'utf8'))

/** A lock such as a crash leaves, of a process that is no more. */
const leaveDeadLock = async (dir: string): Promise<void> => {
  const child = await startEmbeddedChild()
  await child.ask(`take ${dir}`)
  await child.kill()
}

describe('the lock', () => {
  test('is held once, also within one process, and given back', async () => {
    using folder = temporaryFolder()
    const release = await takeLock(folder.path)
    const refused = await takeLock(folder.path).catch((error: unknown) => error)
    expect(refused).toBeInstanceOf(DatabaseInUse)
    expect(refused).toMatchObject({ name: 'DatabaseInUse', message: inUse(folder.path, process.pid), dir: folder.path, pid: process.pid })
    release()
    expect(readdirSync(folder.path)).toEqual([])
    ;(await takeLock(folder.path))()
  })

  test('names its holder and where its server answers', async () => {
    using folder = temporaryFolder()
    expect(readLock(folder.path)).toBeUndefined()
    expect(() => noteServerUrl(folder.path, 'http://127.0.0.1:3000')).toThrow('does not hold')
    const release = await takeLock(folder.path)
    expect(readLock(folder.path)).toEqual({ pid: process.pid, alive: true })
    noteServerUrl(folder.path, 'http://127.0.0.1:3000')
    expect(readLock(folder.path)).toEqual({ pid: process.pid, url: 'http://127.0.0.1:3000', alive: true })
    release()
    expect(existsSync(`${folder.path}/lock`)).toBe(false)
  })

  test('of a process that died is taken over', async () => {
    using folder = temporaryFolder()
    await leaveDeadLock(folder.path)
    expect(readLock(folder.path)).toMatchObject({ alive: false })
    const release = await takeLock(folder.path)
    expect(readLock(folder.path)).toEqual({ pid: process.pid, alive: true })
    expect(readdirSync(folder.path)).toEqual(['lock'])
    release()
  })

  test.runIf(process.platform === 'linux')('of a process that died is taken over when its pid is used again', async () => {
    using folder = temporaryFolder()
    const release = await takeLock(folder.path)
    writeFileSync(`${folder.path}/lock`, JSON.stringify({ ...lockOf(folder.path), born: 'an earlier boot:1', token: 'earlier' }))
    release()
    expect(readLock(folder.path)).toMatchObject({ pid: process.pid, alive: false })
    ;(await takeLock(folder.path))()
  })

  test.runIf(process.platform === 'linux')('of a process that ended and that nobody collected is taken over', async () => {
    using folder = temporaryFolder()
    const parent = spawn('sh', ['-c', 'sleep 60 & echo $!; exec sleep 60'], { stdio: ['ignore', 'pipe', 'ignore'] })
    try {
      const [line] = (await once(parent.stdout, 'data')) as [Buffer]
      const pid = Number(line.toString())
      await expect.poll(() => readFileSync(`/proc/${parent.pid}/comm`, 'utf8')).toBe('sleep\n')
      process.kill(pid, 'SIGKILL')
      const stat = (): string[] => readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
      await expect.poll(() => stat()[0]).toBe('Z')
      const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
      writeFileSync(`${folder.path}/lock`, JSON.stringify({ pid, born: `${boot}:${stat()[19]}`, token: 'earlier' }))
      ;(await takeLock(folder.path))()
    } finally {
      parent.kill('SIGKILL')
    }
  })

  test.each(['', '{"pid":', 'null', '{"pid": 0, "token": "x"}', '{"pid": 1, "token": "../x"}'])(
    'that was cut short (%j) holds nobody off',
    async (text) => {
      using folder = temporaryFolder()
      writeFileSync(`${folder.path}/lock`, text)
      expect(readLock(folder.path)).toBeUndefined()
      ;(await takeLock(folder.path))()
      expect(readdirSync(folder.path)).toEqual([])
    },
  )

  test('is taken over from a successor that died before it was done', async () => {
    using folder = temporaryFolder()
    await leaveDeadLock(folder.path)
    using other = temporaryFolder()
    await leaveDeadLock(other.path)
    const { token } = lockOf(folder.path) as { token: string }
    writeFileSync(`${folder.path}/lock.after-${token}`, readFileSync(`${other.path}/lock`))
    const release = await takeLock(folder.path)
    expect(readdirSync(folder.path)).toEqual(['lock'])
    release()
  })
})

describe('eight processes at once', () => {
  const children: EmbeddedChild[] = []
  beforeAll(async () => {
    children.push(...(await Promise.all(Array.from({ length: 8 }, startEmbeddedChild))))
    await Promise.all(children.map((child) => child.ask('hesitate')))
  })
  afterAll(() => Promise.all(children.map((child) => child.kill())))

  const race = async (dir: string): Promise<void> => {
    const answers: Answer[] = await Promise.all(children.map((child) => child.ask(`take ${dir}`)))
    const winner = children[answers.findIndex(({ ok }) => ok)]
    expect(answers.filter(({ ok }) => ok)).toHaveLength(1)
    expect(readLock(dir)).toEqual({ pid: winner?.pid, alive: true })
    for (const { error } of answers.filter(({ ok }) => !ok)) expect(error).toMatch(/^DatabaseInUse: .* is in use by process \d+;/)
    await winner?.ask('release')
  }

  test('for a free folder: one wins', async () => {
    using folder = temporaryFolder()
    for (let round = 0; round < 30; round++) await race(folder.path)
    expect(readdirSync(folder.path)).toEqual([])
  })

  test('for a folder that a dead process left: one wins', async () => {
    using folder = temporaryFolder()
    await leaveDeadLock(folder.path)
    const dead = readFileSync(`${folder.path}/lock`, 'utf8')
    for (let round = 0; round < 30; round++) {
      const dir = `${folder.path}/${round}`
      mkdirSync(dir)
      writeFileSync(`${dir}/lock`, dead)
      await race(dir)
    }
  })
})

describe('the database', () => {
  test('refuses a second process, and after a crash of the first has what was committed', async () => {
    using folder = temporaryFolder()
    const child = await startEmbeddedChild()
    try {
      expect(await child.ask(`open ${folder.path}`)).toEqual({ ok: true })
      await child.ask('insert first')
      await child.ask('insert second')
      await expect(openEmbedded({ dir: folder.path, onError: console.error })).rejects.toThrow(inUse(folder.path, child.pid))
    } finally {
      await child.kill()
    }
    await using database = await openEmbedded({ dir: folder.path, onError: console.error })
    expect(await database.kysely.selectFrom('accounts').select('name').orderBy('id').execute()).toEqual([
      { name: 'first' },
      { name: 'second' },
    ])
  })

  test('can be closed and opened again, and gives the folder back when it cannot be opened', async () => {
    using folder = temporaryFolder()
    writeFileSync(`${folder.path}/pgdata`, 'not a folder')
    await expect(openEmbedded({ dir: folder.path, onError: console.error })).rejects.toThrow()
    expect(readLock(folder.path)).toBeUndefined()
  })
})
