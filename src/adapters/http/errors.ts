import type { Context } from 'hono'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import { fileRefusals } from '#adapters/http/file-refusals.ts'
import { visitorRefusals } from '#adapters/http/visitor-refusals.ts'
import type { UseCases } from '#application/use-cases.ts'

type CodeIn<Answer> = Answer extends { readonly ok: false; readonly error: { readonly code: infer Code } } ? Code : never

/** Every code with which some use case says no. */
type UseCaseCode = { [Name in keyof UseCases]: CodeIn<Awaited<ReturnType<UseCases[Name]>>> }[keyof UseCases]

/** What only the HTTP side can refuse. */
type HttpCode =
  | 'access.denied'
  | 'account.unknown'
  | 'backup.not_here'
  | 'callback.incomplete'
  | 'idempotency_key.invalid'
  | 'intake_event.unknown'
  | 'internal.error'
  | 'request.invalid'
  | 'request.malformed'
  | 'request.too_large'
  | 'request.too_many'
  | 'request.unreadable'
  | 'request.unsupported_type'
  | 'request.wrong_method'
  | 'resource.unknown'
  | 'token.missing'
  | 'token.unknown'
  | 'webhook.too_large'

export type ErrorCode = UseCaseCode | HttpCode

export interface Refusal {
  readonly status: ContentfulStatusCode
  /** One sentence for the person at the other end; what to do, where that is not plain. */
  readonly sentence: string
  /** The input that is to be changed, where it is one: the answer then has the form of a validation error too. */
  readonly attribute?: string
  readonly retryAfterSeconds?: number
}

/** How each "no" is told over HTTP. A code without an entry does not compile. */
export const refusals: Readonly<Record<ErrorCode, Refusal>> = {
  ...fileRefusals,
  ...visitorRefusals,
  'access.denied': { status: 403, sentence: 'Only an administrator of this account may do this.' },
  'account.name_missing': { status: 422, sentence: 'The account needs a name.', attribute: 'name' },
  'account.unknown': { status: 404, sentence: 'This account is not there, or you are not a member of it.' },
  'app_config.invalid': { status: 422, sentence: 'A setting is wrong; nothing was changed.' },
  'app_config.unknown': { status: 404, sentence: 'There is no such configuration; ask for general, instagram or facebook.' },
  'backup.not_here': { status: 404, sentence: 'A backup cannot be made here; back up the database itself.' },
  'callback.incomplete': { status: 400, sentence: 'The sign-in came back without an answer; start the connection again.' },
  'channel.unknown': { status: 404, sentence: 'There is no such channel here.' },
  'comment.answer_too_long': { status: 422, sentence: 'This answer has to fit into one message.', attribute: 'content' },
  'comment.answered': { status: 409, sentence: 'This comment was answered privately before; that can be done once.' },
  'comment.not_answerable': { status: 422, sentence: 'Comments cannot be answered privately in this inbox.' },
  'comment.too_old': { status: 422, sentence: 'The time in which this comment could be answered privately is over.' },
  'comment.unknown': { status: 404, sentence: 'There is no such comment in this inbox.' },
  'connection.code_spent': { status: 400, sentence: 'This sign-in was already used; start the connection again.' },
  'connection.denied': { status: 400, sentence: 'Access to the account was not allowed; start again and allow it to connect.' },
  'connection.not_allowed': { status: 403, sentence: 'The provider does not let this app use that account.' },
  'connection.not_configured': { status: 422, sentence: 'This channel is not set up on this installation yet.' },
  'connection.permission_missing': { status: 422, sentence: 'A permission is missing; connect again and leave all of them ticked.' },
  'connection.provider_unavailable': { status: 502, sentence: 'The provider did not answer properly; wait a minute and connect again.' },
  'connection.no_tokens': { status: 422, sentence: 'Accounts of this channel are connected by a sign-in, not by a token.' },
  'connection.redirect_refused': {
    status: 422,
    sentence: 'The provider does not know the address that the sign-in returns to; correct it there or in FRONTEND_URL.',
  },
  'connection.refused': { status: 422, sentence: 'The account could not be connected; start the connection again.' },
  'connection.return_not_allowed': {
    status: 422,
    sentence: 'The return_to is not among the addresses that CONNECT_RETURN_URLS allows; add it there, or leave it out.',
    attribute: 'return_to',
  },
  'connection.sign_in_refused': { status: 422, sentence: 'The provider did not accept the sign-in; start the connection again.' },
  'connection.taken': {
    status: 409,
    sentence:
      'This account is already connected to another inbox here; disconnect it there, or remove the app in the settings of the account at the provider, then connect again.',
  },
  'connection.token_refused': { status: 422, sentence: 'The provider does not accept this token; make a new one.', attribute: 'token' },
  'connection.wrong_account_type': { status: 422, sentence: 'Accounts of this type cannot be connected.' },
  'connection.wrong_app_credentials': { status: 422, sentence: "The provider does not accept the app's id or secret; correct them." },
  'contact.email_invalid': { status: 422, sentence: 'The email is not an e-mail address.', attribute: 'email' },
  'contact.email_taken': { status: 422, sentence: 'Another contact of this account has this e-mail address.', attribute: 'email' },
  'contact.identifier_taken': { status: 422, sentence: 'Another contact of this account has this identifier.', attribute: 'identifier' },
  'contact.phone_number_invalid': {
    status: 422,
    sentence: 'The phone number must be written like +14155550123: a plus sign and digits alone, the country first.',
    attribute: 'phone_number',
  },
  'contact.phone_number_taken': {
    status: 422,
    sentence: 'Another contact of this account has this phone number.',
    attribute: 'phone_number',
  },
  'contact.source_id_taken': { status: 422, sentence: 'Somebody else is known as this in that inbox.', attribute: 'source_id' },
  'contact.unknown': { status: 404, sentence: 'There is no such contact in this account.' },
  'conversation.nobody_named': {
    status: 422,
    sentence: 'Say with whom: give a source_id, or an inbox_id and a contact_id.',
    attribute: 'source_id',
  },
  'conversation.not_startable': {
    status: 422,
    sentence: 'In this inbox it is the customer who starts a conversation; only inboxes of the type api let you.',
    attribute: 'inbox_id',
  },
  'conversation.unknown': { status: 404, sentence: 'There is no such conversation in this account.' },
  'idempotency_key.in_use': {
    status: 409,
    sentence: 'The first request with this Idempotency-Key is still at work; send this one again in a moment.',
    retryAfterSeconds: 1,
  },
  'idempotency_key.invalid': {
    status: 422,
    sentence: 'The Idempotency-Key must have 1 to 255 characters, all of them printable ASCII.',
    attribute: 'Idempotency-Key',
  },
  'idempotency_key.reused': {
    status: 422,
    sentence: 'This Idempotency-Key came with another body before; give each new request a key of its own.',
    attribute: 'Idempotency-Key',
  },
  'inbox.contacts_not_creatable': {
    status: 422,
    sentence: 'People of this inbox appear when they write; contacts can be made in inboxes of the type api.',
    attribute: 'inbox_id',
  },
  'inbox.disconnected': { status: 409, sentence: 'The inbox has lost its connection; an administrator has to connect it again.' },
  'inbox.name_missing': { status: 422, sentence: 'The inbox needs a name.', attribute: 'name' },
  'inbox.not_a_bridge': { status: 422, sentence: 'Only inboxes of the type api have these settings.', attribute: 'channel' },
  'inbox.not_connectable': { status: 422, sentence: 'There is no account of a provider behind this inbox.' },
  'inbox.type_not_creatable': {
    status: 422,
    sentence: 'Only inboxes of the type api can be made like this; connect the account of any other channel instead.',
    attribute: 'channel.type',
  },
  'inbox.time_zone_unknown': {
    status: 422,
    sentence: 'There is no such time zone; give a name of the tz database, like Europe/Berlin.',
    attribute: 'timezone',
  },
  'inbox.unknown': { status: 404, sentence: 'There is no such inbox in this account.' },
  'inbox.working_hours_reversed': {
    status: 422,
    sentence: 'A day has to open before it closes; for a whole day set open_all_day.',
    attribute: 'working_hours',
  },
  'inbox.working_hours_twice': { status: 422, sentence: 'A day of the week is named twice.', attribute: 'working_hours' },
  'intake_event.unknown': { status: 404, sentence: 'There is no such intake event.' },
  'internal.error': { status: 500, sentence: 'Something went wrong on our side; the X-Request-Id of this answer names it in the log.' },
  'membership.unknown_account_or_user': { status: 404, sentence: 'This account or this user is not there.' },
  'message.attachments_not_uploaded': {
    status: 422,
    sentence:
      'An entry of attachments[] is neither a file of a multipart/form-data request nor the id of an upload that can be sent: each can be once, within a day.',
    attribute: 'attachments',
  },
  'message.content_type_unsupported': {
    status: 422,
    sentence: 'This inbox cannot show content of this type; its capabilities say what it can.',
    attribute: 'content_type',
  },
  'message.empty': { status: 422, sentence: 'The message has no content.', attribute: 'content' },
  'message.incoming_not_allowed': { status: 422, sentence: 'Incoming messages are only allowed in Api inboxes.' },
  'message.item_too_long': { status: 422, sentence: 'The text of an item is too long for this inbox.', attribute: 'items' },
  'message.not_failed': { status: 422, sentence: 'Only a message that failed can be sent again.' },
  'message.quoted_unknown': {
    status: 422,
    sentence: 'The message that this one answers is not in this conversation.',
    attribute: 'in_reply_to',
  },
  'message.too_many_buttons': { status: 422, sentence: 'A card has too many buttons for this inbox.', attribute: 'items' },
  'message.too_many_items': { status: 422, sentence: 'There are too many items for this inbox.', attribute: 'items' },
  'message.unknown': { status: 404, sentence: 'There is no such message in this conversation.' },
  'message.outside_window': {
    status: 422,
    sentence: 'The time in which this customer may be answered is over; they have to write again first.',
  },
  'message.status_not_reportable': { status: 403, sentence: 'Message status update is only allowed for API inboxes.' },
  'message.too_long': { status: 422, sentence: 'The content is too long; split it into several messages.', attribute: 'content' },
  'notice.forged': { status: 401, sentence: 'The signed_request is missing, wrong, or not signed by this app.' },
  'reaction.not_now': { status: 503, sentence: 'The provider cannot be called now; try again in a moment.', retryAfterSeconds: 5 },
  'reaction.refused': { status: 422, sentence: 'The provider did not take this reaction.' },
  'reaction.unsupported': { status: 422, sentence: 'There can be no reaction to this message: its provider knows of neither.' },
  'request.invalid': { status: 422, sentence: 'Something in this request is missing or wrong.' },
  'request.malformed': { status: 400, sentence: 'The request body cannot be read as what its Content-Type says.' },
  'request.too_large': { status: 413, sentence: 'The request body is larger than what is taken here.' },
  'request.unreadable': { status: 400, sentence: 'The request body did not arrive whole.' },
  'request.unsupported_type': { status: 415, sentence: 'Send the request body as application/json or as a form.' },
  'request.wrong_method': { status: 405, sentence: 'This address does not take this method; the Allow header names those it takes.' },
  'resource.unknown': { status: 404, sentence: 'Resource could not be found.' },
  'state.expired': { status: 400, sentence: 'This sign-in took too long; start the connection again.' },
  'state.invalid': { status: 400, sentence: 'This sign-in was not started here; start the connection again.' },
  'state.spent': { status: 400, sentence: 'This sign-in was already used; start the connection again.' },
  'token.missing': { status: 401, sentence: 'Send an access token in the api_access_token header.' },
  'token.unknown': { status: 401, sentence: 'Invalid Access Token.' },
  'user.email_invalid': { status: 422, sentence: 'The email is not an e-mail address.', attribute: 'email' },
  'user.name_missing': { status: 422, sentence: 'The user needs a name.', attribute: 'name' },
  'user.unknown': { status: 404, sentence: 'There is no such user.' },
  'webhook.forged': { status: 401, sentence: 'The signature is missing or wrong.' },
  'webhook.not_stored': { status: 503, sentence: 'This could not be stored; send it again.', retryAfterSeconds: 1 },
  'webhook.too_large': { status: 413, sentence: 'The request body is larger than 4 MiB.' },
  'webhook.wrong_object': { status: 422, sentence: 'This is meant for another product.' },
  'webhook.wrong_verify_token': { status: 403, sentence: 'The verify token is missing or wrong.' },
}

interface Told {
  readonly status: ContentfulStatusCode
  readonly headers: Readonly<Record<string, string>>
  readonly body: object
}

const told = (code: ErrorCode, sentence: string = refusals[code].sentence, more: object = {}): Told => {
  const { status, attribute, retryAfterSeconds } = refusals[code]
  const field = attribute === undefined ? {} : { message: sentence, attributes: [attribute] }
  const headers = retryAfterSeconds === undefined ? {} : { 'Retry-After': String(retryAfterSeconds) }
  return { status, headers, body: { error: sentence, ...field, code, ...more } }
}

/** The answer for a "no"; `sentence` where a more telling one than the table's is at hand, and what else the caller should know. */
export const problem = (c: Context, code: ErrorCode, sentence?: string, more?: object): Response => {
  const { status, headers, body } = told(code, sentence, more)
  return c.json(body, status, headers)
}

/** The same where no router has made a context. */
export const plainProblem = (code: ErrorCode, moreHeaders: Readonly<Record<string, string>>): Response => {
  const { status, headers, body } = told(code)
  return Response.json(body, { status, headers: { ...headers, ...moreHeaders } })
}
