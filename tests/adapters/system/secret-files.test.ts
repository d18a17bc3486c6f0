import { spawn } from 'node:child_process'
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { ensureSecretFile } from '#adapters/system/secret-files.ts'

const freshDir = (): string => {
  const dir = mkdtempSync(join(tmpdir(), 'dovecote-secrets-'))
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }))
  return dir
}

const never = (): string => {
  throw new Error('not to be made')
}

/** Waits for the others at a gate, so that all look for the file at the same moment. */
const contender = `
  import { existsSync, writeFileSync } from 'node:fs'
  const [, module, dir, gate] = process.argv
  const { ensureSecretFile } = await import(module)
  writeFileSync(gate + '.' + process.pid, '')
  while (!existsSync(gate)) {}
  const names = Array.from({ length: 100 }, (_, index) => 'secret-' + index)
  console.log(JSON.stringify(names.map((name) => ensureSecretFile(dir, name, () => 'k:' + crypto.randomUUID()))))
`

const startContender = (dir: string, gate: string): Promise<{ value: string; created: boolean }[]> =>
  new Promise((resolve, reject) => {
    const module = new URL('../../../src/adapters/system/secret-files.ts', import.meta.url).href
    const child = spawn(process.execPath, ['--input-type=module', '-e', contender, module, dir, gate], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    let output = ''
    child.stdout.on('data', (chunk) => {
      output += chunk
    })
    child.on('error', reject)
    child.on('close', (code) => (code === 0 ? resolve(JSON.parse(output)) : reject(new Error(`exit ${code}`))))
  })

describe('secret files', () => {
  it('are made once, for this user alone, and read ever after', () => {
    const dir = join(freshDir(), 'data', 'deep')
    expect(ensureSecretFile(dir, 'platform-app-token', () => 'dvc_one')).toEqual({ value: 'dvc_one', created: true })
    expect(ensureSecretFile(dir, 'platform-app-token', never)).toEqual({ value: 'dvc_one', created: false })
    expect(statSync(join(dir, 'platform-app-token')).mode & 0o777).toBe(0o600)
    expect(statSync(dir).mode & 0o777).toBe(0o700)
    expect(readFileSync(join(dir, 'platform-app-token'), 'utf8')).toBe('dvc_one\n')
    expect(readdirSync(dir)).toEqual(['platform-app-token'])
  })

  it('made by hand are read without their line feed and not touched', () => {
    const dir = freshDir()
    writeFileSync(join(dir, 'encryption-keys'), 'k:abc\r\n')
    chmodSync(join(dir, 'encryption-keys'), 0o444)
    expect(ensureSecretFile(dir, 'encryption-keys', never)).toEqual({ value: 'k:abc', created: false })
    expect(statSync(join(dir, 'encryption-keys')).mode & 0o777).toBe(0o444)
  })

  it('that are empty or cannot be read are a matter for a person', () => {
    const dir = freshDir()
    writeFileSync(join(dir, 'encryption-keys'), '\n')
    expect(() => ensureSecretFile(dir, 'encryption-keys', never)).toThrow('is empty; put its content back')
    expect(() => ensureSecretFile(join(dir, 'encryption-keys'), 'below-a-file', never)).toThrow('cannot be read')
    expect(() => ensureSecretFile(dir, '.', never)).toThrow('cannot be read')
  })

  it('leave nothing behind when making or writing fails', () => {
    const dir = freshDir()
    expect(() => ensureSecretFile(dir, 'encryption-keys', never)).toThrow('not to be made')
    expect(() => ensureSecretFile(dir, 'missing/name', () => 'canary')).toThrow(/cannot be written(?!.*canary)/)
    expect(readdirSync(dir)).toEqual([])
  })

  it('are the same for processes that race for them, and one made each', async () => {
    const dir = freshDir()
    const gate = join(dir, 'gate')
    const running = Array.from({ length: 4 }, () => startContender(join(dir, 'data'), gate))
    await expect.poll(() => readdirSync(dir).length, { timeout: 15_000 }).toBe(4)
    writeFileSync(gate, '')
    const answers = await Promise.all(running)
    for (let index = 0; index < 100; index++) {
      const ofOne = answers.map((list) => list[index])
      expect(new Set(ofOne.map((answer) => answer?.value)).size).toBe(1)
      expect(ofOne.filter((answer) => answer?.created)).toHaveLength(1)
    }
    expect(readdirSync(join(dir, 'data'))).toHaveLength(100)
  })
})
