import type { Refusal } from '#adapters/http/errors.ts'

/** What is told about files: a part of the one table. */
export const fileRefusals = {
  'attachment.empty': { status: 422, sentence: 'There is nothing in this file.', attribute: 'attachments' },
  'attachment.not_failed': { status: 422, sentence: 'Only a download that failed or expired can be tried again.' },
  'attachment.too_large': { status: 422, sentence: 'The file is larger than this inbox can send.', attribute: 'attachments' },
  'attachment.too_many': { status: 422, sentence: 'A message may have at most 15 files.', attribute: 'attachments' },
  'attachment.type_unsupported': { status: 422, sentence: 'This inbox cannot send files of this type.', attribute: 'attachments' },
  'attachment.unknown': { status: 404, sentence: 'There is no such attachment in this message.' },
  'attachment.unsupported': { status: 422, sentence: 'No files can be sent in this inbox.', attribute: 'attachments' },
  'media.expired': { status: 410, sentence: 'The provider shows this no longer, and we may not or could not keep it.' },
  'media.failed': { status: 404, sentence: 'This could not be copied from the provider.' },
  'media.pending': {
    status: 503,
    sentence: 'This is still being copied from the provider; ask again in a moment.',
    retryAfterSeconds: 5,
  },
  'media.unknown': { status: 404, sentence: 'There is no such file.' },
  'media.withheld': { status: 410, sentence: 'This was taken back, or is not ours to show.' },
  'upload.address_refused': {
    status: 422,
    sentence: 'The external_url must be the address of something on the public web.',
    attribute: 'external_url',
  },
  'upload.address_unavailable': { status: 422, sentence: 'Nothing could be got from the external_url.', attribute: 'external_url' },
  'upload.checksum_differs': { status: 422, sentence: 'What came is not what was announced: its MD5 is another; send it again.' },
  'upload.size_differs': { status: 422, sentence: 'What came is not what was announced: it is longer or shorter.' },
  'upload.too_large': { status: 413, sentence: 'A file may have at most 40 MB.' },
  'upload.too_many_unused': {
    status: 429,
    sentence: 'This account has uploaded many files within an hour that no message has; send them, or wait a while.',
    retryAfterSeconds: 600,
  },
  'upload.unknown': { status: 404, sentence: 'Nothing is awaited under this address; ask for a new one.' },
} satisfies Readonly<Record<string, Refusal>>
