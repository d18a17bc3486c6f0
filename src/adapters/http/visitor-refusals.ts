import type { Refusal } from '#adapters/http/errors.ts'

/** What is told in the API for customers' own apps alone: a part of the one table. */
export const visitorRefusals = {
  'contact.attributes_too_large': {
    status: 422,
    sentence: 'All custom attributes of a contact together may have 16384 characters.',
    attribute: 'custom_attributes',
  },
  'identity.required': { status: 401, sentence: 'This inbox asks who you are: send an identifier with its identifier_hash.' },
  'identity.wrong': { status: 401, sentence: 'The identifier_hash is not that of this identifier in this inbox.' },
  'message.no_such_item': {
    status: 422,
    sentence: 'This message offers no item with this value.',
    attribute: 'submitted_values',
  },
  'request.too_many': {
    status: 429,
    sentence: 'There were too many calls from your address; wait as long as Retry-After says, then go on.',
  },
  'visitor.proof_elsewhere': {
    status: 422,
    sentence: 'Prove who this is in a POST to contacts: its answer has a source_id for that, and this one stays as it is.',
    attribute: 'identifier_hash',
  },
  'visitor.set_apart': {
    status: 403,
    sentence: 'This person was found to be somebody who is known already; what is known of them cannot be changed with this source_id.',
  },
  'visitor.source_id_unknown': {
    status: 422,
    sentence: 'A source_id is drawn here: leave it out, and keep the one that you are given.',
    attribute: 'source_id',
  },
  'visitor.unknown': { status: 404, sentence: 'Resource could not be found.' },
} satisfies Readonly<Record<string, Refusal>>
