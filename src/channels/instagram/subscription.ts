import * as z from 'zod'
import type { ChannelAccess, ChannelError } from '#application/ports/channel.ts'
import type { Settings } from '#application/ports/settings.ts'
import { webhookFields } from '#channels/instagram/settings.ts'
import { wantedFields } from '#channels/instagram/wanted.ts'
import { failureOf } from '#channels/meta/errors.ts'
import { type GraphAnswer, graphClient } from '#channels/meta/graph-client.ts'
import { err, ok, type Result } from '#domain/shared/result.ts'

const agreement = z.object({ success: z.union([z.literal(true), z.literal('true')]) })

const subscriptions = z.object({ data: z.array(z.object({ subscribed_fields: z.array(z.string()).optional() })) })

/** Meta's pages spell these in two ways; which one an app is taken with has changed before. */
const otherSpellings: Readonly<Record<string, string>> = {
  messaging_referral: 'messaging_referrals',
  message_reactions: 'messaging_reactions',
}

const spelledOtherwise = (fields: readonly string[]): string[] => fields.map((field) => otherSpellings[field] ?? field)

const usualSpelling = new Map(Object.entries(otherSpellings).map(([usual, other]) => [other, usual]))

/** What an inbox cannot do without; asked for alone where one of the others is not to be had. */
const essential = webhookFields.slice(0, 1)

/** What to ask for, the best first: where one more permission is missing, the rest is still to be had. */
const wishes = (fields: readonly string[]): readonly (readonly string[])[] => {
  const common = fields.filter((field) => (webhookFields as readonly string[]).includes(field))
  return [fields, spelledOtherwise(fields), ...(common.length < fields.length ? [common, spelledOtherwise(common)] : []), essential]
}

const invalidParameter = '100'

/** Comments need a permission of their own, which an account that was connected before they were enabled does not have. */
const wantsOtherFields = (error: ChannelError, asked: readonly string[]): boolean =>
  error.detail.providerCode === invalidParameter ||
  (error.code === 'channel.rejected' && error.class === 'permission' && asked.includes('comments'))

const words = z.object({ error: z.object({ message: z.string() }) })

/** Some apps are refused the account's id as the node and taken with `me`: the words are all that tells this case. */
const wantsAnotherNode = (answer: GraphAnswer): boolean => {
  const said = words.safeParse(answer.kind === 'answer' ? answer.body : undefined)
  return said.success && /unsupported request/i.test(said.data.error.message)
}

const notConfirmed: ChannelError = {
  code: 'channel.unavailable',
  detail: { message: 'Instagram did not confirm the subscription.' },
}

/** The subscription of one account to our webhooks (developers.facebook.com, Instagram webhooks): its node `subscribed_apps`. */
export const createInstagramSubscription = (settings: Settings) => {
  /** Calls by the account's id, and by `me` from the first time on that the id is refused. */
  const callerOf = ({ channelKey, token }: ChannelAccess) => {
    let node = channelKey
    const callOnce = async (method: 'GET' | 'POST' | 'DELETE', query?: Record<string, string>) => {
      const values = await settings.read()
      const url = `${values.get('INSTAGRAM_GRAPH_URL')}/${values.get('INSTAGRAM_API_VERSION')}/${node}/subscribed_apps`
      return graphClient({ method, url, token, ...(query ? { query } : {}) })
    }
    return async (...[method, query]: Parameters<typeof callOnce>): Promise<GraphAnswer> => {
      const answer = await callOnce(method, query)
      if (node === 'me' || !wantsAnotherNode(answer)) return answer
      node = 'me'
      return callOnce(method, query)
    }
  }

  const agreed = (answer: GraphAnswer): Result<null, ChannelError> => {
    const failure = failureOf(answer, 'reads')
    if (failure) return err(failure)
    return agreement.safeParse(answer.kind === 'answer' ? answer.body : undefined).success ? ok(null) : err(notConfirmed)
  }

  /** The fields that the account is subscribed to, as we spell them. */
  const subscribedFields = async (access: ChannelAccess): Promise<Result<readonly string[], ChannelError>> => {
    const answer = await callerOf(access)('GET')
    const failure = failureOf(answer, 'reads')
    if (failure) return err(failure)
    const listed = subscriptions.safeParse(answer.kind === 'answer' ? answer.body : undefined)
    if (!listed.success) return err({ code: 'channel.unavailable', detail: { message: 'Instagram answered without a list.' } })
    const fields = listed.data.data.flatMap(({ subscribed_fields = [] }) => subscribed_fields)
    return ok(fields.map((field) => usualSpelling.get(field) ?? field))
  }

  return {
    async subscribe(access: ChannelAccess): Promise<Result<null, ChannelError>> {
      const fields = wantedFields(await settings.read())
      const call = callerOf(access)
      let refused: Result<null, ChannelError> = err(notConfirmed)
      for (const wanted of wishes(fields)) {
        const answer = await call('POST', { subscribed_fields: wanted.join(',') })
        refused = agreed(answer)
        if (refused.ok || wantsAnotherNode(answer) || !wantsOtherFields(refused.error, wanted)) return refused
      }
      return refused
    },

    async isSubscribed(access: ChannelAccess): Promise<boolean | undefined> {
      const fields = await subscribedFields(access)
      return fields.ok ? essential.every((field) => fields.value.includes(field)) : undefined
    },

    async unsubscribe(access: ChannelAccess): Promise<Result<null, ChannelError>> {
      return agreed(await callerOf(access)('DELETE'))
    },

    subscribedFields,
  }
}
