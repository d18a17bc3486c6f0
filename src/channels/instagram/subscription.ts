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

const invalidParameter = '100'

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
  const call = async (method: 'GET' | 'POST' | 'DELETE', node: string, token: string, query?: Record<string, string>) => {
    const values = await settings.read()
    const url = `${values.get('INSTAGRAM_GRAPH_URL')}/${values.get('INSTAGRAM_API_VERSION')}/${node}/subscribed_apps`
    return graphClient({ method, url, token, ...(query ? { query } : {}) })
  }

  const agreed = (answer: GraphAnswer): Result<null, ChannelError> => {
    const failure = failureOf(answer, 'reads')
    if (failure) return err(failure)
    return agreement.safeParse(answer.kind === 'answer' ? answer.body : undefined).success ? ok(null) : err(notConfirmed)
  }

  return {
    async subscribe({ channelKey, token }: ChannelAccess): Promise<Result<null, ChannelError>> {
      const fields = wantedFields(await settings.read())
      let node = channelKey
      let refused: Result<null, ChannelError> = err(notConfirmed)
      for (const wanted of [fields, spelledOtherwise(fields), essential]) {
        const query = { subscribed_fields: wanted.join(',') }
        let answer = await call('POST', node, token, query)
        if (node !== 'me' && wantsAnotherNode(answer)) {
          node = 'me'
          answer = await call('POST', node, token, query)
        }
        refused = agreed(answer)
        if (refused.ok || refused.error.detail.providerCode !== invalidParameter || wantsAnotherNode(answer)) return refused
      }
      return refused
    },

    async unsubscribe({ channelKey, token }: ChannelAccess): Promise<Result<null, ChannelError>> {
      return agreed(await call('DELETE', channelKey, token))
    },

    /** The fields that the account is subscribed to, as we spell them. */
    async subscribedFields({ channelKey, token }: ChannelAccess): Promise<Result<readonly string[], ChannelError>> {
      const answer = await call('GET', channelKey, token)
      const failure = failureOf(answer, 'reads')
      if (failure) return err(failure)
      const listed = subscriptions.safeParse(answer.kind === 'answer' ? answer.body : undefined)
      if (!listed.success) return err({ code: 'channel.unavailable', detail: { message: 'Instagram answered without a list.' } })
      const fields = listed.data.data.flatMap(({ subscribed_fields = [] }) => subscribed_fields)
      return ok(fields.map((field) => usualSpelling.get(field) ?? field))
    },
  }
}
