import { expect, test } from 'vitest'
import { commit, converse, noon, openOffice } from './scenario.ts'
import { type OpenSubject, shared } from './subject.ts'

export const typingContract = (open: OpenSubject): void => {
  const subject = shared(open)

  test('what was told last is known, of its own account alone', async () => {
    const one = await converse(subject(), await openOffice(subject()))
    const other = await converse(subject(), await openOffice(subject()))
    const last = (accountId: number) => commit(subject().unitOfWork, (tx) => tx.typing.last(accountId, one.id))
    const save = (accountId: number, isOn: boolean, at: number) =>
      commit(subject().unitOfWork, (tx) => tx.typing.save(accountId, one.id, { isOn, at }))
    expect(await last(one.accountId)).toBeUndefined()
    await save(other.accountId, true, noon)
    expect(await last(one.accountId)).toBeUndefined()
    await save(one.accountId, true, noon)
    expect(await last(one.accountId)).toEqual({ isOn: true, at: noon })
    await save(one.accountId, false, noon + 1)
    expect(await last(one.accountId)).toEqual({ isOn: false, at: noon + 1 })
    expect(await last(other.accountId)).toBeUndefined()
  })
}
