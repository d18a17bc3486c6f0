import * as z from 'zod'
import type { ChannelAccess, ChannelError } from '#application/ports/channel.ts'
import type { SentQuery } from '#application/ports/outgoing.ts'
import type { Settings } from '#application/ports/settings.ts'
import { createAct } from '#channels/instagram/actions.ts'
import { createSend } from '#channels/instagram/send.ts'
import { sentFields, sentFilesFields, sentMessages } from '#channels/instagram/sent-messages.ts'
import { createUploads } from '#channels/instagram/uploads.ts'
import { failureOf } from '#channels/meta/errors.ts'
import { graphClient } from '#channels/meta/graph-client.ts'
import type { Profile } from '#domain/contact/contact.ts'
import { err, ok, type Result } from '#domain/shared/result.ts'

const text = z.string().nullish()
const profileAnswer = z.looseObject({
  name: text,
  username: text,
  profile_pic: text,
  follower_count: z.number().nullish(),
  is_user_follow_business: z.boolean().nullish(),
  is_business_follow_user: z.boolean().nullish(),
  is_verified_user: z.boolean().nullish(),
})

/** The fields of a person's node. `profile_picture_url` exists on the business's own node only; asking for it here fails the call. */
const profileFields = 'name,username,profile_pic,follower_count,is_user_follow_business,is_business_follow_user,is_verified_user'

/** What Chatwoot's clients look for in a contact's `additional_attributes`. */
const attributesOf = (profile: z.infer<typeof profileAnswer>): Record<string, unknown> => {
  if (!profile.username) return {}
  const counted = {
    social_instagram_follower_count: profile.follower_count,
    social_instagram_is_user_follow_business: profile.is_user_follow_business,
    social_instagram_is_business_follow_user: profile.is_business_follow_user,
    social_instagram_is_verified_user: profile.is_verified_user,
  }
  return {
    social_profiles: { instagram: profile.username },
    social_instagram_user_name: profile.username,
    ...Object.fromEntries(Object.entries(counted).filter(([, value]) => value !== null && value !== undefined)),
  }
}

/** The calls on behalf of a connected account, on graph.instagram.com. */
export const createInstagramApi = (settings: Settings) => {
  const nodeUrl = async (path: string): Promise<string> => {
    const values = await settings.read()
    return `${values.get('INSTAGRAM_GRAPH_URL')}/${values.get('INSTAGRAM_API_VERSION')}/${path}`
  }

  return {
    send: createSend(nodeUrl, createUploads(nodeUrl)),
    act: createAct(nodeUrl),

    async findSent({ channelKey, token }: ChannelAccess, query: SentQuery): Promise<Result<readonly string[], ChannelError>> {
      const url = await nodeUrl(`${channelKey}/conversations`)
      const asked = { platform: 'instagram', user_id: query.recipient, fields: query.attached.length > 0 ? sentFilesFields : sentFields }
      const answer = await graphClient({ method: 'GET', url, query: asked, token })
      const failure = failureOf(answer, 'reads')
      if (failure) return err(failure)
      const found = sentMessages(answer.kind === 'answer' ? answer.body : undefined, query)
      return found ? ok(found) : err({ code: 'channel.unavailable', detail: { message: 'Instagram answered without a conversation.' } })
    },

    async fetchProfile({ token }: ChannelAccess, sourceId: string): Promise<Result<Profile, ChannelError>> {
      const answer = await graphClient({
        method: 'GET',
        url: await nodeUrl(encodeURIComponent(sourceId)),
        query: { fields: profileFields },
        token,
      })
      const failure = failureOf(answer, 'reads')
      if (failure) return err(failure)
      const profile = profileAnswer.safeParse(answer.kind === 'answer' ? answer.body : undefined)
      if (!profile.success) return err({ code: 'channel.unavailable', detail: { message: 'Instagram answered without a profile.' } })
      const { name, username, profile_pic } = profile.data
      return ok({ name: name ?? null, username: username ?? null, pictureUrl: profile_pic ?? null, attributes: attributesOf(profile.data) })
    },
  }
}
