import { describe, expect, test } from 'vitest'
import { append, event } from '../contracts/intake.contract.ts'
import { commit, meet, noon, openOffice } from '../contracts/scenario.ts'
import { openOn } from '../contracts/subject.ts'
import { testDatabases } from '../support/databases.ts'
import { overlapping } from '../support/overlapping.ts'

const servers = testDatabases().filter(({ name }) => name !== 'pglite')

describe.each(servers)('somebody is erased on $name', ({ open }) => {
  test('while what was found of them at the provider is written down: it counts as come before', async () => {
    await using database = await open()
    const subject = await openOn(database)
    const { unitOfWork, queries } = subject
    const whileOpen = overlapping(database, unitOfWork)
    const office = await openOffice(subject)
    const someone = await meet(subject, office)
    const { accountId, inboxId, contactId, sourceId } = someone
    await append(subject, event('bystander', { accountKey: office.channelKey }))
    await commit(unitOfWork, (tx) => tx.gapFills.ask({ accountId, inboxId }, noon))
    const found = { id: crypto.randomUUID(), channel: 'instagram', body: Uint8Array.of(1), receivedAt: noon }
    const entry = { ...found, events: [event(sourceId, { accountKey: office.channelKey })] }
    const [begun] = await whileOpen(
      (tx) => tx.gapFills.hold({ accountId, inboxId }),
      [(tx) => tx.erasures.begin(accountId, contactId, noon)],
      (tx) => tx.intake.store([entry], 'oneByOne'),
    )
    const [theirs, bystander] = (await queries.intakeEvents({ page: 1 })).page.toSorted((a, b) => b.id - a.id)
    expect([theirs?.state, bystander?.state]).toEqual(['done', 'pending'])
    expect(await commit(unitOfWork, (tx) => tx.erasures.waiting(begun?.id ?? 0))).toMatchObject({ logUntil: theirs?.id })
  })
})
