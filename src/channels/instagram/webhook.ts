import type { ChannelWebhook } from '#application/ports/channel.ts'
import type { Mac } from '#application/ports/mac.ts'
import type { Settings } from '#application/ports/settings.ts'
import { normalize } from '#channels/instagram/normalize.ts'
import { isSameText, isSignedByMeta } from '#channels/meta/signature.ts'

const verifyTokens = ['INSTAGRAM_VERIFY_TOKEN', 'IG_VERIFY_TOKEN']

/** Accounts connected through a Facebook page are signed with the Facebook app's secret, on the same address. */
const secrets = ['INSTAGRAM_APP_SECRET', 'FB_APP_SECRET']

export const createInstagramWebhook = (settings: Settings, mac: Mac): ChannelWebhook => {
  const configured = async (names: readonly string[]): Promise<string[]> => {
    const values = await settings.read()
    return names.map((name) => values.get(name) ?? '').filter((value) => value !== '')
  }
  return {
    async handshake(query) {
      const given = query('hub.verify_token')
      if (query('hub.mode') !== 'subscribe' || !given) return undefined
      const proven = (await configured(verifyTokens)).some((token) => isSameText(token, given))
      return proven ? query('hub.challenge') : undefined
    },
    verify: async (raw, header) => isSignedByMeta(mac, await configured(secrets), raw, header('x-hub-signature-256')),
    normalize,
  }
}
