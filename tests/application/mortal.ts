import type { UnitOfWork } from '#application/ports/unit-of-work.ts'
import { Crash } from './delivery-scene.ts'

/**
 * Called at each line at which a delivering process can die. `between`: others may come first here, since no transaction is open; of
 * lines that nothing lies between, one is called so.
 */
export type Pass = (where: 'between' | 'here') => Promise<void>

/** Counts the lines as a process passes them once `armed`; it dies at number `fatal`. */
export const createLines = (fatal: number, meanwhile: (line: number) => Promise<void> = async () => {}) => {
  const lines = { passed: 0, armed: false }
  const pass: Pass = async (where) => {
    if (!lines.armed) return
    const line = lines.passed++
    if (where === 'between') await meanwhile(line)
    if (line === fatal) throw new Crash('The process died.')
  }
  return { lines, pass }
}

/** Dying before a commit leaves nothing of it, dying after it leaves all. */
export const mortal =
  (pass: Pass) =>
  (unitOfWork: UnitOfWork): UnitOfWork => ({
    async run(work) {
      await pass('here')
      const result = await unitOfWork.run(async (tx) => {
        const done = await work(tx)
        await pass('here')
        return done
      })
      await pass('between')
      return result
    },
  })
