import type { Scope } from '#adapters/http/scope.ts'
import type { ContactView, ConversationView, MessageView } from '#application/ports/queries.ts'
import type { MediaKind } from '#domain/media/media-key.ts'
import type { AccountId } from '#domain/shared/ids.ts'

/** The absolute address of a file of ours. */
export type LinkTo = (kind: MediaKind, id: number) => string

export interface Shown {
  readonly messages?: readonly MessageView[]
  readonly contacts?: readonly Pick<ContactView, 'avatarId'>[]
  readonly conversations?: readonly ConversationView[]
}

const avatarsIn = ({ messages = [], contacts = [], conversations = [] }: Shown): (number | null | undefined)[] => [
  ...messages.map(({ sender }) => sender?.avatarId),
  ...contacts.map(({ avatarId }) => avatarId),
  ...conversations.flatMap(({ contact, lastMessage }) => [contact.avatarId, lastMessage?.sender?.avatarId]),
]

const attachmentsIn = ({ messages = [], conversations = [] }: Shown): number[] =>
  [...messages, ...conversations.flatMap(({ lastMessage }) => lastMessage ?? [])].flatMap(({ attachments }) =>
    attachments.map(({ id }) => id),
  )

/** The addresses of all files in what an account is shown. */
export const linksFor = async ({ mediaLinks }: Pick<Scope, 'mediaLinks'>, accountId: AccountId, shown: Shown): Promise<LinkTo> => {
  const wanted = [
    ...avatarsIn(shown).flatMap((id) => (id === null || id === undefined ? [] : [{ accountId, kind: 'avatars' as const, id }])),
    ...attachmentsIn(shown).map((id) => ({ accountId, kind: 'attachments' as const, id })),
  ]
  const links = new Map(await Promise.all(wanted.map(async (ref) => [`${ref.kind} ${ref.id}`, await mediaLinks.sign(ref)] as const)))
  return (kind, id) => links.get(`${kind} ${id}`) ?? ''
}

export const avatarLink = (link: LinkTo, avatarId: number | null): string => (avatarId === null ? '' : link('avatars', avatarId))
