import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { startWorld } from './support.ts'

test('the README lists exactly the control routes that exist', async () => {
  const { app } = await startWorld()
  const readme = await readFile(new URL('../../src/sandbox/README.md', import.meta.url), 'utf8')
  const listed = [...readme.matchAll(/^\| `([A-Z, ]+) (\/\S+)` \|/gm)].flatMap(([, methods = '', path]) =>
    methods.split(', ').map((method) => `${method} ${path}`),
  )
  const real = app.routes
    .filter(({ method, path }) => path.startsWith('/control') && method !== 'ALL')
    .map(({ method, path }) => `${method} ${path.replace('/control', '').replace(':id', '{id}')}`)
  expect(listed.length).toBeGreaterThan(30)
  expect(listed.toSorted()).toEqual(real.toSorted())
})
