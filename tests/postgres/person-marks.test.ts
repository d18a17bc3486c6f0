import { describe, expect, test } from 'vitest'
import { createPersonMarks } from '#adapters/crypto/person-marks.ts'
import { createIds } from '#adapters/crypto/uuid-v7.ts'
import { createVault } from '#adapters/crypto/vault.ts'
import { createUnitOfWork } from '#adapters/postgres/unit-of-work.ts'
import { createRotateKeys } from '#application/installation/rotate-keys.ts'
import type { UnitOfWork } from '#application/ports/unit-of-work.ts'
import { commit } from '../contracts/scenario.ts'
import { testDatabases } from '../support/databases.ts'

const vaultOf = (...ids: string[]) => createVault({ keys: ids.map((id) => ({ id, secret: new Uint8Array(32).fill(id.charCodeAt(0)) })) })

const ann = { inboxId: 1, sourceId: '900000000777001' }

/** What a process of its own makes of someone. */
const markIn = (unitOfWork: UnitOfWork, keys: readonly string[], person = ann): Promise<string> => {
  const personMarks = createPersonMarks({ vault: vaultOf(...keys) })
  return commit(unitOfWork, async (tx) => (await personMarks.open(tx))(person))
}

describe.each(testDatabases())('marks of people: $name', ({ open }) => {
  test('are the same in all processes, tell nobody who it was, and outlive a change of keys', async () => {
    await using database = await open()
    const unitOfWork = createUnitOfWork({ database, ids: createIds() })
    const [mark, ...others] = await Promise.all([1, 2, 3, 4].map(() => markIn(unitOfWork, ['a'])))
    expect(new Set(others)).toEqual(new Set([mark]))
    expect(mark).toMatch(/^[\w-]{43}$/)
    expect(mark).not.toContain(ann.sourceId)
    const more = [await markIn(unitOfWork, ['a'], { ...ann, inboxId: 2 }), await markIn(unitOfWork, ['a'], { ...ann, sourceId: '1' })]
    expect(new Set([mark, ...more]).size).toBe(3)

    const rotated = await createRotateKeys({ unitOfWork, vault: vaultOf('b', 'a') })()
    expect(rotated).toMatchObject({ settings: 1, unreadable: 0 })
    expect(await markIn(unitOfWork, ['b'])).toBe(mark)
  })

  test('begin anew where no key opens theirs any more, in all processes the same', async () => {
    await using database = await open()
    const unitOfWork = createUnitOfWork({ database, ids: createIds() })
    const lost = await markIn(unitOfWork, ['a'])
    const [mark, ...others] = await Promise.all([1, 2, 3].map(() => markIn(unitOfWork, ['b'])))
    expect(mark).not.toBe(lost)
    expect(new Set(others)).toEqual(new Set([mark]))
    expect(await markIn(unitOfWork, ['b'])).toBe(mark)
  })

  test('of a transaction that came to nothing are forgotten', async () => {
    await using database = await open()
    const unitOfWork = createUnitOfWork({ database, ids: createIds() })
    const personMarks = createPersonMarks({ vault: vaultOf('a') })
    const failing = unitOfWork.run(async (tx) => {
      await personMarks.open(tx)
      throw new Error('No.')
    })
    await expect(failing).rejects.toThrow('No.')
    const mark = await commit(unitOfWork, async (tx) => (await personMarks.open(tx))(ann))
    expect(await markIn(unitOfWork, ['a'])).toBe(mark)
  })
})
