import type { Channel } from '#application/ports/channel.ts'
import type { ChannelAction } from '#application/ports/outgoing.ts'
import { failureOf } from '#channels/meta/errors.ts'
import { graphClient } from '#channels/meta/graph-client.ts'
import { seconds } from '#domain/shared/instant.ts'
import { err, ok } from '#domain/shared/result.ts'

/** A reaction is waited for; the others are not worth it. */
const times = { typing: seconds(5), seen: seconds(5), reaction: seconds(15) }

const bodyOf = (action: ChannelAction) => {
  if (action.kind === 'typing') return { sender_action: action.isOn ? 'typing_on' : 'typing_off' }
  if (action.kind === 'seen') return { sender_action: 'mark_seen' }
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
    const answer = await graphClient({ method: 'POST', url, json, token, timeout: times[action.kind] })
    // Done twice it is done once, so that silence is no doubt.
    const failure = failureOf(answer, 'reads')
    return failure ? err(failure) : ok(null)
  }
