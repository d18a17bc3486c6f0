import type { Import, Source } from './sources.ts'

export interface Ring {
  /** Folders and files of ours that it may import, itself included. */
  readonly own: readonly string[]
  /** Of these only types: nothing of them runs here. */
  readonly types?: readonly string[]
  readonly packages: readonly string[]
}

const inner = ['src/domain/', 'src/application/']

/** What an adapter may use is its own library, and nothing of another adapter: there is no exception. */
const adapter = (name: string, ...packages: string[]): [string, Ring] => [
  `src/adapters/${name}/`,
  { own: [...inner, `src/adapters/${name}/`], packages },
]

export const rings: ReadonlyMap<string, Ring> = new Map([
  ['src/domain/', { own: ['src/domain/'], packages: [] }],
  ['src/application/', { own: inner, packages: [] }],
  ['src/channels/index.ts', { own: ['src/channels/'], packages: [] }],
  ['src/channels/module.ts', { own: inner, packages: [] }],
  ['src/channels/meta/', { own: [...inner, 'src/channels/meta/'], packages: ['ofetch', 'zod'] }],
  adapter('archive', 'node:*'),
  adapter('http', 'hono', 'zod'),
  adapter('jobs', 'pg-boss'),
  adapter('liquid', 'liquidjs'),
  adapter('postgres', '@electric-sql/pglite', 'kysely', 'pg', 'pg-boss', 'node:*'),
  adapter('crypto', 'node:crypto'),
  adapter('tokens', 'jose'),
  adapter('system', 'node:*'),
  adapter('media', 'node:*'),
  ['src/composition/', { own: [...inner, 'src/adapters/', 'src/channels/index.ts', 'src/composition/'], packages: ['zod'] }],
  ['src/composition/container.ts', { own: [], packages: ['tsyringe', 'reflect-metadata'] }],
  [
    'src/runtime/',
    {
      // Exceptions: days of the configuration become milliseconds here, and names in a backup become keys of files.
      own: [
        'src/composition/',
        'src/adapters/',
        'src/runtime/',
        'src/domain/shared/instant.ts',
        'src/domain/media/media-key.ts',
        'db/migrate.ts',
      ],
      types: ['src/application/ports/'],
      // kysely is an exception: the readiness check asks the database to `select 1`.
      packages: ['@hono/node-server', 'kysely', 'node:*'],
    },
  ],
  [
    'src/cli/',
    {
      own: [
        'src/composition/',
        'src/adapters/',
        'src/runtime/',
        'src/sandbox/',
        'src/cli/',
        'src/domain/shared/instant.ts',
        'db/migrate.ts',
      ],
      packages: ['node:*'],
    },
  ],
  ['src/sandbox/', { own: ['src/sandbox/'], packages: ['hono', '@hono/node-server', 'ofetch', 'node:*'] }],
  [
    'db/',
    { own: ['db/', 'src/adapters/postgres/', 'src/adapters/jobs/', 'src/application/jobs.ts'], packages: ['kysely', 'pg-boss', 'node:*'] },
  ],
])

/** A channel's own folder: the same rule for each, so that a new one needs no line here. */
const channel = (folder: string): Ring => ({
  own: [...inner, folder, 'src/channels/meta/', 'src/channels/module.ts'],
  // marked reads the markdown that agents write, for channels that show none.
  packages: ['marked', 'ofetch', 'zod'],
})

/** The ring that a file belongs to: the longest name in the table that it begins with. */
export const ringOf = (path: string): { readonly name: string; readonly ring: Ring } | undefined => {
  const name = [...rings.keys()].filter((prefix) => path.startsWith(prefix)).sort((a, b) => b.length - a.length)[0]
  const ring = name === undefined ? undefined : rings.get(name)
  if (name !== undefined && ring) return { name, ring }
  const folder = /^src\/channels\/[^/]+\//.exec(path)?.[0]
  return folder === undefined ? undefined : { name: folder, ring: channel(folder) }
}

const mayImport = ({ own, types = [], packages }: Ring, { target, own: isOurs, typeOnly }: Import): boolean => {
  if (isOurs) return [...own, ...(typeOnly ? types : [])].some((prefix) => target.startsWith(prefix))
  return packages.includes(target) || (target.startsWith('node:') && packages.includes('node:*'))
}

/** Each import that the file's ring does not allow, or that the file has no ring. */
export const ringProblems = ({ path, imports }: Pick<Source, 'path' | 'imports'>): string[] => {
  const found = ringOf(path)
  if (!found) return [`${path} is in no ring`]
  return imports.filter((each) => !mayImport(found.ring, each)).map(({ target }) => `${path} imports ${target}`)
}
