import type { SettingSpec } from '#application/ports/settings.ts'
import { usualRates } from '#channels/instagram/rates.ts'
import { days, hours } from '#domain/shared/instant.ts'

const flag: SettingSpec['form'] = { pattern: /^(?:true|false)$/, otherwise: 'is neither true nor false; set it to one of them' }

const appId: SettingSpec['form'] = {
  pattern: /^(?![0-9a-f]{32}$)[\w-]{1,64}$/i,
  otherwise: 'is no app id; copy the id from the Meta dashboard, not the secret beside it',
}

const secret: SettingSpec['form'] = {
  pattern: /^[\x21-\x7e]+$/,
  otherwise: 'has characters that no secret of an app has; copy it again, without spaces and line breaks',
}

const perSecond: SettingSpec['form'] = {
  pattern: /^[1-9]\d{0,3}$/,
  otherwise: 'is no number of calls; write a whole number from 1 to 9999',
}

const facebook: readonly SettingSpec[] = [
  { name: 'FB_APP_ID', kind: 'plain', about: 'id of the Meta (Facebook) app', form: appId },
  {
    name: 'FB_APP_SECRET',
    kind: 'secret',
    about: 'secret of the Meta (Facebook) app; it signs webhooks of accounts linked to a page',
    form: secret,
  },
  { name: 'FB_VERIFY_TOKEN', kind: 'secret', about: 'verify token of the Facebook webhook', form: secret },
  { name: 'IG_VERIFY_TOKEN', kind: 'secret', about: 'a second verify token, for a webhook set up through a Facebook page', form: secret },
]

const instagram: readonly SettingSpec[] = [
  {
    name: 'INSTAGRAM_APP_ID',
    kind: 'plain',
    about: 'Instagram app id (Meta dashboard: Instagram > API setup with Instagram login)',
    form: appId,
  },
  { name: 'INSTAGRAM_APP_SECRET', kind: 'secret', about: 'Instagram app secret; signs the webhooks', form: secret },
  { name: 'INSTAGRAM_VERIFY_TOKEN', kind: 'secret', about: 'the verify token that you typed into the webhook form', form: secret },
  {
    name: 'INSTAGRAM_API_VERSION',
    kind: 'plain',
    default: 'v25.0',
    about: 'version of the Graph API',
    form: { pattern: /^v\d{1,3}\.\d$/, otherwise: 'is no version of the Graph API; write it like v25.0' },
  },
  {
    name: 'ENABLE_INSTAGRAM_CHANNEL_HUMAN_AGENT',
    kind: 'plain',
    default: 'false',
    about: 'true once Meta approved the Human Agent feature: people may answer for 7 days',
    form: flag,
  },
  {
    name: 'ENABLE_INSTAGRAM_COMMENTS',
    kind: 'plain',
    default: 'false',
    about: 'true to ask for comments too; the app needs the permission instagram_business_manage_comments',
    form: flag,
  },
  {
    name: 'INSTAGRAM_AUTHORIZE_PARAMETERS',
    kind: 'plain',
    default: 'enable_fb_login=0',
    about: 'what is added to the query of the consent page',
    form: { pattern: /^[\w.~%+-]+=[\w.~%+-]*(?:&[\w.~%+-]+=[\w.~%+-]*)*$/, otherwise: 'is no query; write it like enable_fb_login=0' },
  },
]

const rates: readonly SettingSpec[] = [
  {
    name: 'INSTAGRAM_TEXTS_PER_SECOND',
    kind: 'plain',
    default: String(usualRates.texts),
    about: 'how many messages an account sends in a second at most; the others leave later',
    form: perSecond,
  },
  {
    name: 'INSTAGRAM_MEDIA_PER_SECOND',
    kind: 'plain',
    default: String(usualRates.media),
    about: 'the same for messages with sound or a film',
    form: perSecond,
  },
  {
    name: 'INSTAGRAM_READS_PER_SECOND',
    kind: 'plain',
    default: String(usualRates.reads),
    about: "how often an account's conversations are read in a second at most",
    form: perSecond,
  },
]

const endpoints: readonly SettingSpec[] = [
  {
    name: 'INSTAGRAM_AUTHORIZE_URL',
    kind: 'endpoint',
    default: 'https://www.instagram.com/oauth/authorize',
    about: "Instagram's consent page",
  },
  { name: 'INSTAGRAM_OAUTH_URL', kind: 'endpoint', default: 'https://api.instagram.com', about: 'host that exchanges the code' },
  { name: 'INSTAGRAM_GRAPH_URL', kind: 'endpoint', default: 'https://graph.instagram.com', about: 'host of the Graph API' },
  { name: 'FACEBOOK_GRAPH_URL', kind: 'endpoint', default: 'https://graph.facebook.com', about: "host of Facebook's Graph API" },
]

/** What an installation can set for Instagram. The app's own id and secret, not those of the Meta app around it. */
export const instagramSettings: readonly SettingSpec[] = [
  ...[...instagram, ...rates].map((spec) => ({ ...spec, page: 'instagram' })),
  ...facebook.map((spec) => ({ ...spec, page: 'facebook' })),
  ...endpoints,
]

/** From the customer's last message; the longer one with the HUMAN_AGENT tag (same page). */
export const standardWindow = hours(24)
export const humanAgentWindow = days(7)

/** The least that an inbox works with. */
export const requiredPermissions = ['instagram_business_basic', 'instagram_business_manage_messages'] as const

/** Fields of the account's webhook subscription. */
export const webhookFields = [
  'messages',
  'message_echoes',
  'messaging_postbacks',
  'messaging_seen',
  'message_reactions',
  'message_edit',
  'messaging_referral',
  'messaging_optins',
  'messaging_handover',
  'standby',
] as const
