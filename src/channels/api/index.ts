import type { ChannelModule } from '#channels/module.ts'

/** An inbox whose other side is software of the account's own. It carries texts of any length, and asks for no window. */
export const api: ChannelModule = {
  settings: [],
  create: () => ({
    kind: 'api',
    label: 'API',
    chatwootType: 'Channel::Api',
    limits: { textBytes: Number.POSITIVE_INFINITY },
    replyWindow: async () => ({}),
    bridged: true,
  }),
}
