import { expect, test } from 'vitest'
import { noon } from '../contracts/scenario.ts'
import { openOn } from '../contracts/subject.ts'
import { arrived, failed, later, webhookScenario } from '../contracts/webhook-scenario.ts'
import { testDatabases } from '../support/databases.ts'
import { overlapping } from '../support/overlapping.ts'

const servers = testDatabases().filter(({ name }) => name !== 'pglite')

test.each(servers)('$name: what is settled while somebody wants to take it anew is not taken', async ({ open }) => {
  await using database = await open()
  const subject = await openOn(database)
  const { openBridge, talk, tell, take } = webhookScenario(() => subject)
  const whileOpen = overlapping(database, subject.unitOfWork)
  for (const settlement of [arrived, failed, later(noon + 9000)]) {
    const office = await openBridge()
    await tell(await talk(office))
    const [slow] = await take(office)
    const anew = { now: noon + 1000, until: noon + 2000, width: 8, most: 8 }
    const [taken] = await whileOpen((tx) => tx.webhooks.settle(slow!, settlement, noon + 1000), [(tx) => tx.webhooks.take(office, anew)])
    expect(taken, settlement.state).toEqual([])
  }
})
