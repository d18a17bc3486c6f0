import { storableText } from '#adapters/postgres/storable.ts'
import type { AttachmentView, KeptFile, Media, MediaFileView, MediaItem, MediaRef, WantedAvatar } from '#application/ports/media.ts'
import type { Queries } from '#application/ports/queries.ts'
import { type AvatarRow, change, existing, type FakeState, nextId } from './state.ts'

type AttachmentRow = FakeState['attachments'] extends Map<number, infer Row> ? Row : never

export const toAttachment = ({ attempts: _, dueAt: __, digest: ___, ...view }: AttachmentRow): AttachmentView => view

export const avatarOf = (state: FakeState, contactId: number): number | null =>
  [...state.avatars.values()].findLast((row) => row.contactId === contactId && row.mediaState === 'stored')?.id ?? null

const itemOf = (state: FakeState, row: AttachmentRow | AvatarRow): MediaItem => {
  const { id, accountId, externalUrl, mediaState, attempts, dueAt } = row
  const common = { id, accountId, externalUrl, state: mediaState, attempts, dueAt }
  if ('contactId' in row) {
    return { ...common, kind: 'avatars', ownerId: row.contactId, fileType: 'avatar', postedAt: row.createdAt }
  }
  const { createdAt } = existing(state.messages, row.messageId, 'message')
  return { ...common, kind: 'attachments', ownerId: row.messageId, fileType: row.fileType, postedAt: createdAt }
}

const rowOf = (state: FakeState, { accountId, kind, id }: MediaRef): AttachmentRow | AvatarRow | undefined => {
  const row = state[kind].get(id)
  return row?.accountId === accountId ? row : undefined
}

const changesOf = ({ externalUrl, state, attempts, dueAt }: MediaItem, file: KeptFile | undefined) => ({
  ...{ externalUrl, mediaState: state, attempts, dueAt },
  ...(file && { contentType: file.contentType, size: file.size, digest: file.digest }),
})

const wantAvatar = (state: FakeState, { accountId, contactId, url, at }: WantedAvatar): MediaRef | undefined => {
  if (state.contacts.get(contactId)?.accountId !== accountId) return undefined
  const externalUrl = storableText(url)
  const known = [...state.avatars.values()].findLast((row) => row.contactId === contactId && row.externalUrl === externalUrl)
  const begun = { mediaState: 'pending', attempts: 0, dueAt: at } as const
  if (known && (!['failed', 'expired'].includes(known.mediaState) || known.dueAt !== null)) return undefined
  const id = known?.id ?? nextId(state)
  if (known) change(state.avatars, id, begun)
  else
    state.avatars.set(id, { id, accountId, contactId, externalUrl, ...begun, contentType: null, size: null, digest: null, createdAt: at })
  return { accountId, kind: 'avatars', id }
}

export const fakeMedia = (state: FakeState): Media => ({
  async ofMessages(messageIds) {
    const wanted = [...state.attachments.values()].filter((row) => messageIds.includes(row.messageId) && row.dueAt !== null)
    return wanted.map((row) => itemOf(state, row))
  },

  async find(ref) {
    const row = rowOf(state, ref)
    return row && itemOf(state, row)
  },

  async save(item, file) {
    if (!rowOf(state, item)) return
    const { id, kind } = item
    if (kind === 'attachments') change(state.attachments, id, changesOf(item, file))
    else change(state.avatars, id, changesOf(item, file))
  },

  async due(kind, by, after, limit) {
    const rows = [...state[kind].values()].filter(({ id, dueAt }) => id > after && dueAt !== null && dueAt <= by)
    return rows.slice(0, limit).map(({ id, accountId }) => ({ id, accountId, kind }))
  },

  async known(accountId, kind, ids) {
    const isReserved = (id: number) => kind === 'attachments' && state.uploadReservations.get(id)?.accountId === accountId
    return ids.filter((id) => state[kind].get(id)?.accountId === accountId || isReserved(id)).toSorted((a, b) => a - b)
  },

  async wantAvatars(wanted) {
    const firsts = wanted.filter(({ contactId }, n) => wanted.findIndex((each) => each.contactId === contactId) === n)
    return firsts.flatMap((each) => wantAvatar(state, each) ?? []).toSorted((a, b) => a.id - b.id)
  },

  async dropOlderAvatars({ accountId, id, ownerId }) {
    const older = [...state.avatars.values()].filter((row) => row.accountId === accountId && row.contactId === ownerId && row.id < id)
    for (const row of older) state.avatars.delete(row.id)
    return older.map((row) => ({ accountId, kind: 'avatars' as const, id: row.id }))
  },
})

/** Whose people were erased is in nobody's sight. */
const isOwned = (state: FakeState, row: AttachmentRow | AvatarRow): boolean => {
  if ('contactId' in row) return state.contacts.get(row.contactId)?.accountId === row.accountId
  const { conversationId } = existing(state.messages, row.messageId, 'message')
  return state.conversations.get(conversationId)?.accountId === row.accountId
}

const uploaded = (state: FakeState, { accountId, kind, id }: MediaRef): MediaFileView | undefined => {
  const row = kind === 'attachments' ? state.uploadReservations.get(id) : undefined
  if (!row?.kept || row.accountId !== accountId) return undefined
  const { contentType, size, digest } = row.kept
  return { state: 'stored', fileType: 'file', externalUrl: null, contentType, size, digest }
}

export const fakeMediaQueries = (state: () => FakeState): Pick<Queries, 'mediaFile'> => ({
  async mediaFile(ref) {
    const row = rowOf(state(), ref)
    if (!row) return uploaded(state(), ref)
    if (!isOwned(state(), row)) return undefined
    const { mediaState, externalUrl, contentType, size, digest } = row
    const view: MediaFileView = { state: mediaState, externalUrl, contentType, size, digest, fileType: itemOf(state(), row).fileType }
    return view
  },
})
