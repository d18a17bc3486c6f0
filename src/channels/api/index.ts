import type { ChannelModule } from '#channels/module.ts'
import type { ContentLimits } from '#domain/message/limits.ts'

const unlimited = Number.POSITIVE_INFINITY

/** What is not ours to judge goes as it is. */
const limits: ContentLimits = {
  textBytes: unlimited,
  media: (['image', 'audio', 'video', 'file'] as const).map((type) => ({ type, bytes: unlimited })),
  choices: { most: unlimited, titleCharacters: unlimited },
  cards: {
    most: unlimited,
    textCharacters: unlimited,
    buttons: unlimited,
    buttonCharacters: unlimited,
    bareTextCharacters: unlimited,
  },
  replies: true,
}

/** An inbox whose other side is software of the account's own. It carries texts of any length, and asks for no window. */
export const api: ChannelModule = {
  settings: [],
  create: () => ({
    kind: 'api',
    label: 'API',
    chatwootType: 'Channel::Api',
    limits,
    replyWindow: async () => ({}),
    bridged: true,
  }),
}
