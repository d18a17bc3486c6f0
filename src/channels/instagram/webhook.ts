import type { ChannelWebhook, SignedNotice } from '#application/ports/channel.ts'
import type { Mac } from '#application/ports/mac.ts'
import type { Settings } from '#application/ports/settings.ts'
import { isForeign, normalize } from '#channels/instagram/normalize.ts'
import { isSameText, isSignedByMeta } from '#channels/meta/signature.ts'
import { readSignedRequest } from '#channels/meta/signed-request.ts'
import { seconds } from '#domain/shared/instant.ts'

const verifyTokens = ['INSTAGRAM_VERIFY_TOKEN', 'IG_VERIFY_TOKEN']

/** Accounts connected through a Facebook page are signed with the Facebook app's secret, on the same address. */
const secrets = ['INSTAGRAM_APP_SECRET', 'FB_APP_SECRET']

const configured = async (settings: Settings, names: readonly string[]): Promise<string[]> => {
  const values = await settings.read()
  return names.map((name) => values.get(name) ?? '').filter((value) => value !== '')
}

/** What Meta posts to the addresses for deauthorization and data deletion. */
export const createNoticeReader =
  (settings: Settings, mac: Mac) =>
  async (signed: string): Promise<SignedNotice | undefined> => {
    const request = await readSignedRequest(mac, await configured(settings, secrets), signed)
    return request && { accountKey: request.user_id, issuedAt: request.issued_at === undefined ? null : seconds(request.issued_at) }
  }

export const createInstagramWebhook = (settings: Settings, mac: Mac): ChannelWebhook => {
  return {
    async handshake(query) {
      const given = query('hub.verify_token')
      if (query('hub.mode') !== 'subscribe' || !given) return undefined
      const proven = (await configured(settings, verifyTokens)).some((token) => isSameText(token, given))
      return proven ? query('hub.challenge') : undefined
    },
    verify: async (raw, header) => isSignedByMeta(mac, await configured(settings, secrets), raw, header('x-hub-signature-256')),
    isForeign,
    normalize,
  }
}
