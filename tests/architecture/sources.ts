import { globSync, readFileSync } from 'node:fs'
import { posix } from 'node:path'
import { fileURLToPath } from 'node:url'
import { blank } from './blank.ts'

export const root = fileURLToPath(new URL('../..', import.meta.url))

export interface Import {
  /** A path from the root for our own files; else the package (`node:fs`, `@scope/name`) without what comes after its name. */
  readonly target: string
  readonly own: boolean
  readonly typeOnly: boolean
}

export interface Source {
  readonly path: string
  /** The file without comments and without what stands in texts and regular expressions. */
  readonly code: string
  readonly lines: number
  readonly imports: readonly Import[]
}

const manifest: { imports: Record<string, string>; dependencies: Record<string, string>; devDependencies: Record<string, string> } =
  JSON.parse(readFileSync(`${root}package.json`, 'utf8'))

export const { dependencies, devDependencies } = manifest

/** `#domain/…` → `src/domain/…`, as package.json says. */
const aliases = Object.entries(manifest.imports).map(
  ([alias, path]) => [alias.replace('*', ''), path.replace('./', '').replace('*', '')] as const,
)

const packageOf = (specifier: string): string =>
  specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/')

const resolve = (specifier: string, from: string): Omit<Import, 'typeOnly'> => {
  const alias = aliases.find(([prefix]) => specifier.startsWith(prefix))
  if (alias) return { own: true, target: alias[1] + specifier.slice(alias[0].length) }
  if (specifier.startsWith('.')) return { own: true, target: posix.join(posix.dirname(from), specifier) }
  return { own: false, target: packageOf(specifier) }
}

const importing =
  /(?:^|[\n;])\s*(?:import|export)\b(\s+type\b)?[^'"`;]*?\bfrom\s*['"]([^'"]+)['"]|(?:^|[\n;])\s*import\s*['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]/g

const importsOf = (text: string, path: string): Import[] =>
  [...blank(text, 'comments').matchAll(importing)].map(([, type, from, bare, dynamic]) => ({
    ...resolve(from ?? bare ?? dynamic ?? '', path),
    typeOnly: type !== undefined,
  }))

const read = (path: string): Source => {
  const text = readFileSync(root + path, 'utf8')
  return { path, code: blank(text, 'all'), lines: text.trimEnd().split('\n').length, imports: importsOf(text, path) }
}

/** Every TypeScript file under these folders. */
export const sources = (...folders: string[]): Source[] =>
  folders
    .flatMap((folder) => globSync(`${folder}/**/*.ts`, { cwd: root, exclude: ['**/node_modules/**'] }))
    .map((path) => path.replaceAll('\\', '/'))
    .sort()
    .map(read)

/** `path:line` of each match in the code. */
export const places = (files: readonly Source[], pattern: RegExp): string[] =>
  files.flatMap(({ path, code }) => [...code.matchAll(pattern)].map(({ index }) => `${path}:${code.slice(0, index).split('\n').length}`))
