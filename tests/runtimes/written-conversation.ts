import { connectedBusiness, eventually, listConversations, listMessages, type MessageJson, type System } from '../support/system.ts'

/** A conversation that a customer of a connected business began, and how to answer in it. */
export const writtenConversation = async (system: System) => {
  const { inbox, customer } = await connectedBusiness(system)
  await system.instagram.write(customer.igsid, { text: 'Is it open?' })
  const find = async () => (await listConversations(system)).find((each) => each.contact_inbox.source_id === customer.igsid)
  const conversation = await eventually(find, 'the conversation')
  const messages = (): Promise<MessageJson[]> => listMessages(system, conversation.id)
  return {
    inbox,
    conversation: conversation.id,
    customer,
    messages,
    send: async (content: string): Promise<number> =>
      (await system.api<{ id: number }>('POST', `/conversations/${conversation.id}/messages`, { content })).id,
    /** The message once its delivery is in one of these states. */
    settled: (id: number, ...states: readonly string[]): Promise<MessageJson> =>
      eventually(
        async () => (await messages()).find((each) => each.id === id && states.includes(each.delivery.state)),
        states.join(' or '),
      ),
  }
}

/** A webhook that brings one text. */
export const textWebhook = (accountId: string, senderId: string, mid: string, text: string) => {
  const messaging = [{ sender: { id: senderId }, recipient: { id: accountId }, timestamp: Date.now(), message: { mid, text } }]
  return { object: 'instagram', entry: [{ id: accountId, time: Date.now(), messaging }] }
}
