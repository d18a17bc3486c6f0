import type { Settings } from '#application/ports/settings.ts'
import { createInstagramApi } from '#channels/instagram/api.ts'
import { startShop } from '../../sandbox/support.ts'

/** A business of the simulated Instagram, with what our calls for it need. */
export const startConnectedShop = async (more: Readonly<Record<string, string>> = {}) => {
  const shop = await startShop()
  const values = new Map(Object.entries({ INSTAGRAM_GRAPH_URL: shop.urls.graph, INSTAGRAM_API_VERSION: 'v25.0', ...more }))
  const settings: Settings = { read: async () => values }
  return { ...shop, settings, access: { channelKey: shop.business.user_id, token: shop.access_token } }
}

/** The same with our calls, after its customer has written. */
export const startTalk = async () => {
  const shop = await startConnectedShop()
  await shop.client.write(shop.customer.igsid, { text: 'hi' })
  const fault = (path: string, action: Parameters<typeof shop.client.addFault>[0]['do']) =>
    shop.client.addFault({ match: { host: 'graph', path, method: 'POST' }, times: 1, do: action })
  return { ...shop, api: createInstagramApi(shop.settings), fault }
}
