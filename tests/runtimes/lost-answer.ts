import type { System } from '../support/system.ts'
import { writtenConversation } from './written-conversation.ts'

/**
 * Sends a message that the provider takes, but the connection breaks before its answer. Answers what became of it once its
 * delivery is in the state `end`: how many the customer has, how often the provider was asked, how many we have.
 */
export const sendWithLostAnswer = async (system: System, words: string, echo: 'after' | 'none', end: string) => {
  const { customer, messages, send, settled } = await writtenConversation(system)
  const { instagram } = system
  await settled(await send('warms the connection up'), 'accepted')
  await instagram.configure({ echo })
  await instagram.addFault({ match: { host: 'graph', path: '/messages$', method: 'POST' }, times: 1, do: { drop: 'after' } })
  const id = await send(words)
  await settled(id, 'accepted', 'uncertain')
  await instagram.idle()
  await instagram.configure({ echo: 'after' })
  const delivered = (await instagram.messages(customer.igsid)).filter(({ text }) => text === words).length
  const asked = (await instagram.requests({ host: 'graph', method: 'POST', path: '/messages' })).filter(({ body }) =>
    JSON.stringify(body).includes(JSON.stringify(words)),
  ).length
  // Where it was sent twice, it will never be in the state that we expect.
  if (delivered === 1) await settled(id, end)
  const ours = (await messages()).filter(({ content }) => content === words)
  return { delivered, asked, states: ours.map(({ delivery }) => delivery.state) }
}
