import { builtinModules } from 'node:module'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'
import { beforeAll, describe, expect, test } from 'vitest'

interface Import {
  /** A file of ours, or a package. */
  readonly from: string
  /** Without `node:`. */
  readonly builtin: string
}

const root = fileURLToPath(new URL('../..', import.meta.url))

/** As wrangler bundles a Worker; what workerd brings itself stays outside. */
const bundle = () =>
  build({
    absWorkingDir: root,
    entryPoints: ['src/runtime/workers.ts'],
    bundle: true,
    minify: true,
    write: false,
    metafile: true,
    logLevel: 'silent',
    format: 'esm',
    platform: 'neutral',
    target: 'es2024',
    mainFields: ['module', 'main'],
    conditions: ['workerd', 'worker', 'browser'],
    external: ['node:*', 'cloudflare:*', ...builtinModules, 'pg-native'],
  })

const ownerOf = (path: string): string => /^node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1] ?? path

describe('the Worker', () => {
  let result: Awaited<ReturnType<typeof bundle>>
  let owners: string[]
  let imports: Import[]

  beforeAll(async () => {
    result = await bundle()
    const inputs = Object.entries(result.metafile.inputs)
    owners = inputs.map(([path]) => ownerOf(path))
    imports = inputs.flatMap(([path, input]) =>
      input.imports
        .map(({ path: target }) => ({ from: ownerOf(path), builtin: target.replace(/^node:/, '') }))
        .filter(({ builtin }) => builtinModules.includes(builtin)),
    )
  })

  test('is one small file', () => {
    expect(result.warnings).toEqual([])
    expect(result.outputFiles).toHaveLength(1)
    expect(gzipSync(result.outputFiles[0]!.contents).length).toBeLessThan(1_000_000)
  })

  test('holds the whole backend, and nothing of the other runtimes', () => {
    expect(owners).toEqual(expect.arrayContaining(['hono', 'pg', 'kysely', 'src/channels/instagram/normalize.ts']))
    const foreign = /^(?:@electric-sql\/pglite|@hono\/node-server|db\/|src\/(?:sandbox|cli)\/|src\/runtime\/(?!workers\.ts))/
    expect(owners.filter((owner) => foreign.test(owner))).toEqual([])
  })

  test('asks for no files, no HTTP server and no processes', () => {
    const impossible = imports.filter(({ builtin }) => /^(?:fs|http|https|http2|child_process|worker_threads|v8)(?:$|\/)/.test(builtin))
    // They would read certificates, passwords, crontabs and templates, if we asked them to.
    expect([...new Set(impossible.map(({ from }) => from))].sort()).toEqual(['cron-parser', 'liquidjs', 'pg-connection-string', 'pgpass'])
  })

  test('needs nothing of Node where the rules and the protocols are', () => {
    const ours = imports.filter(({ from }) => from.startsWith('src/'))
    expect(ours.filter(({ from }) => /^src\/(?:domain|application|channels|adapters\/http)\//.test(from))).toEqual([])
    // WebCrypto knows no MD5.
    expect(ours.filter(({ from }) => !from.startsWith('src/adapters/postgres/') && from !== 'src/adapters/crypto/md5.ts')).toEqual([])
  })
})
