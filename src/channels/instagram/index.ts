import type { Channel } from '#application/ports/channel.ts'
import { createInstagramApi } from '#channels/instagram/api.ts'
import { createInstagramDoctor } from '#channels/instagram/doctor.ts'
import { createInstagramHistory } from '#channels/instagram/history.ts'
import { instagramLimits } from '#channels/instagram/limits.ts'
import { createInstagramOAuth } from '#channels/instagram/oauth.ts'
import { plainText } from '#channels/instagram/plain-text.ts'
import { ratesOf } from '#channels/instagram/rates.ts'
import { createInstagramRefresh } from '#channels/instagram/refresh.ts'
import { humanAgentWindow, instagramSettings, standardWindow } from '#channels/instagram/settings.ts'
import { createInstagramSubscription } from '#channels/instagram/subscription.ts'
import { createInstagramWebhook, createNoticeReader } from '#channels/instagram/webhook.ts'
import type { ChannelDependencies, ChannelModule } from '#channels/module.ts'

const create = ({ settings, mac, clock }: ChannelDependencies): Channel => {
  const oauth = createInstagramOAuth(settings, clock)
  const subscription = createInstagramSubscription(settings)
  return {
    kind: 'instagram',
    label: 'IG',
    chatwootType: 'Channel::Instagram',
    limits: instagramLimits,
    plainText,
    async replyWindow() {
      const enabled = (await settings.read()).get('ENABLE_INSTAGRAM_CHANNEL_HUMAN_AGENT') === 'true'
      return { standard: standardWindow, ...(enabled ? { humanAgent: humanAgentWindow } : {}) }
    },
    rates: async () => ratesOf(await settings.read()),
    webhook: createInstagramWebhook(settings, mac),
    readNotice: createNoticeReader(settings, mac),
    oauth,
    refresh: createInstagramRefresh(settings, clock),
    doctor: createInstagramDoctor({ settings, clock, oauth, subscription }),
    history: createInstagramHistory(settings),
    ...createInstagramApi(settings),
    ...subscription,
  }
}

/** Instagram through Instagram Business Login: no Facebook page in between. */
export const instagram: ChannelModule = { settings: instagramSettings, create }
