import { expect, test } from 'vitest'
import { inCompany } from '#application/in-company.ts'

/** A group that is being done, until the test ends it. */
interface Group {
  readonly items: readonly string[]
  end(done?: readonly (string | undefined)[]): void
  fail(): void
}

const start = (most = 3) => {
  const groups: Group[] = []
  const alone: string[] = []
  const add = inCompany<string, string>({
    most,
    together: (items) =>
      new Promise((resolve, reject) => {
        const end = (done: readonly (string | undefined)[] = items.map((item) => `${item} done`)) => resolve(done)
        groups.push({ items, end, fail: () => reject(new Error('The group failed.')) })
      }),
    alone: async (item) => {
      alone.push(item)
      if (item === 'poison') throw new Error('It is poison.')
      return `${item} alone`
    },
  })
  const itemsOf = () => groups.map(({ items }) => items)
  return { groups, alone, add, itemsOf }
}

test('one that comes alone is done at once; those that come meanwhile go together, so many at a time', async () => {
  const { groups, add, itemsOf } = start()
  const first = add('a')
  await expect.poll(itemsOf).toEqual([['a']])
  const later = ['b', 'c', 'd', 'e'].map((item) => add(item))
  groups[0]?.end()
  expect(await first).toBe('a done')
  await expect.poll(itemsOf).toEqual([['a'], ['b', 'c', 'd']])
  groups[1]?.end()
  await expect.poll(itemsOf).toEqual([['a'], ['b', 'c', 'd'], ['e']])
  groups[2]?.end()
  expect(await Promise.all(later)).toEqual(['b done', 'c done', 'd done', 'e done'])
})

test('those that begin at the same moment go together', async () => {
  const { groups, add, itemsOf } = start()
  const both = [add('a'), add('b')]
  await expect.poll(itemsOf).toEqual([['a', 'b']])
  groups[0]?.end()
  await Promise.all(both)
})

test('where a group fails each of it is done alone, and only what fails by itself fails', async () => {
  const { groups, alone, add } = start()
  const all = Promise.allSettled([add('a'), add('poison'), add('b')])
  await expect.poll(() => groups).toHaveLength(1)
  groups[0]?.fail()
  expect(await all).toEqual([
    { status: 'fulfilled', value: 'a alone' },
    { status: 'rejected', reason: new Error('It is poison.') },
    { status: 'fulfilled', value: 'b alone' },
  ])
  expect(alone).toEqual(['a', 'poison', 'b'])
})

test('one that failed without company is not done again', async () => {
  const { groups, alone, add } = start()
  const one = add('a')
  await expect.poll(() => groups).toHaveLength(1)
  groups[0]?.fail()
  await expect(one).rejects.toThrow('The group failed.')
  expect(alone).toEqual([])
})

test('one that was left out is done alone, and nobody waits for it', async () => {
  const { groups, add, itemsOf } = start()
  const [left, other] = [add('left'), add('other')]
  await expect.poll(() => groups).toHaveLength(1)
  const next = add('next')
  groups[0]?.end([undefined, 'other done'])
  expect([await left, await other]).toEqual(['left alone', 'other done'])
  await expect.poll(itemsOf).toEqual([['left', 'other'], ['next']])
  groups[1]?.end()
  await next
})
