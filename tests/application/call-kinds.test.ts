import { expect, test } from 'vitest'
import { callKindOf } from '#application/messages/part-content.ts'
import type { PartPayload } from '#application/ports/messages.ts'
import type { SentMediaType } from '#domain/message/limits.ts'

const kindOf = (payload: PartPayload) => callKindOf({ payload })
const media = (type: SentMediaType): PartPayload => ({ media: { type, files: [{ id: 1, contentType: 'x/y', size: 1 }] } })

test('sound and films are counted apart, everything else is as light as text', () => {
  expect([media('audio'), media('video')].map(kindOf)).toEqual(['media', 'media'])
  expect([media('image'), media('file'), { cards: [] }, {}].map(kindOf)).toEqual(['texts', 'texts', 'texts', 'texts'])
})
