import type { Channel } from '#application/ports/channel.ts'
import type { ChannelAction } from '#application/ports/outgoing.ts'
import { failureOf } from '#channels/meta/errors.ts'
import { graphClient } from '#channels/meta/graph-client.ts'
import { seconds } from '#domain/shared/instant.ts'
import { err, ok } from '#domain/shared/result.ts'

/** Nobody waits for it, and what comes late is wrong. */
const typingTime = seconds(5)

const bodyOf = (action: ChannelAction) => {
  if (action.kind === 'typing') return { sender_action: action.isOn ? 'typing_on' : 'typing_off' }
  const { to, emoji } = action
  return emoji === null
    ? { sender_action: 'unreact', payload: { message_id: to } }
    : { sender_action: 'react', payload: { message_id: to, reaction: emoji } }
}

/** Sender actions (developers.facebook.com, Instagram send API): one travels alone, and there is no echo of it. */
export const createAct =
  (nodeUrl: (path: string) => Promise<string>): NonNullable<Channel['act']> =>
  async ({ channelKey, token }, recipient, action) => {
    const url = await nodeUrl(`${channelKey}/messages`)
    const json = { recipient: { id: recipient }, ...bodyOf(action) }
    const answer = await graphClient({ method: 'POST', url, json, token, ...(action.kind === 'typing' && { timeout: typingTime }) })
    // Done twice it is done once, so that silence is no doubt.
    const failure = failureOf(answer, 'reads')
    return failure ? err(failure) : ok(null)
  }
