import { traceId } from './ids.ts'

/** A refusal of the Graph host: the HTTP status and what goes into its `error` object. */
export interface GraphFailure {
  readonly status: number
  readonly message: string
  readonly type?: string
  readonly code?: number
  readonly error_subcode?: number
  readonly is_transient?: boolean
}

const OAUTH = 'OAuthException'
const IG = 'IGApiException'

/**
 * Every refusal the sandbox knows, by name. Codes, subcodes and HTTP statuses are Meta's; the sentences are ours, except where
 * clients must recognise a refusal by its words because it has no code of its own (`humanAgent`, `unsupported`, and all of the OAuth
 * host).
 */
export const FAILURES = {
  unknownError: { status: 500, message: 'Something went wrong on our side', type: OAUTH, code: 1, is_transient: true },
  unavailable: { status: 503, message: '(#2) The service is resting, try later', type: OAUTH, code: 2, is_transient: true },
  appRate: { status: 403, message: '(#4) The app made too many calls', type: OAUTH, code: 4, is_transient: true },
  permission: { status: 403, message: '(#10) The app lacks a permission for this call', type: OAUTH, code: 10 },
  windowClosed: { status: 403, message: 'The time to answer this person has run out', type: IG, code: 10, error_subcode: 2534022 },
  invalid: { status: 400, message: '(#100) Invalid parameter', type: OAUTH, code: 100 },
  unsupported: { status: 400, message: 'Unsupported request - method type: get', type: IG, code: 100 },
  noSuchObject: { status: 400, message: 'This id leads to nothing that you may see', type: IG, code: 100, error_subcode: 33 },
  mediaUnreachable: { status: 400, message: '(#100) The media could not be fetched', type: OAUTH, code: 100, error_subcode: 2018008 },
  wrongFileType: { status: 400, message: '(#100) The file is not of that type', type: OAUTH, code: 100, error_subcode: 2018047 },
  noSuchUpload: { status: 400, message: '(#100) There is no such upload of yours', type: OAUTH, code: 100, error_subcode: 2018074 },
  fileTooLarge: { status: 400, message: '(#100) The file is too large', type: OAUTH, code: 100, error_subcode: 2018109 },
  mixedAction: { status: 400, message: '(#100) A sender action travels alone', type: OAUTH, code: 100, error_subcode: 2018014 },
  noSuchPerson: { status: 400, message: 'There is no such recipient', type: IG, code: 100, error_subcode: 2534014 },
  badMessage: { status: 400, message: '(#100) The message has no valid content', type: IG, code: 100, error_subcode: 2534015 },
  badComment: { status: 400, message: '(#100) The comment cannot be answered', type: IG, code: 100, error_subcode: 2534025 },
  businessBlocked: { status: 400, message: 'The business may not message', type: IG, code: 100, error_subcode: 2534029 },
  notThreadOwner: { status: 400, message: 'Another app holds this thread', type: IG, code: 100, error_subcode: 2534037 },
  tokenInvalid: { status: 401, message: 'The access token cannot be read', type: IG, code: 190 },
  appRemoved: { status: 401, message: 'The person removed the app', type: OAUTH, code: 190, error_subcode: 458 },
  passwordChanged: { status: 401, message: 'The session ended with a new password', type: OAUTH, code: 190, error_subcode: 460 },
  tokenExpired: { status: 401, message: 'The access token has expired', type: OAUTH, code: 190, error_subcode: 463 },
  tokenRevoked: { status: 401, message: 'The access token was withdrawn', type: OAUTH, code: 190, error_subcode: 467 },
  messageAccessOff: { status: 403, message: 'The owner keeps messages to the app', type: IG, code: 200, error_subcode: 2534041 },
  consent: { status: 403, message: '(#230) This person has not agreed to show a profile', type: OAUTH, code: 230 },
  personUnavailable: { status: 400, message: '(#551) This person cannot be reached now', type: OAUTH, code: 551, error_subcode: 1545041 },
  tooManyCalls: { status: 400, message: '(#613) Too many calls at once', type: OAUTH, code: 613, is_transient: true },
  unknownPath: { status: 500, message: 'Unknown path', type: OAUTH, code: 2500 },
  noMatchingProfile: { status: 400, message: 'Nobody on Instagram matches', type: IG, code: 9010 },
  accountRate: { status: 403, message: '(#80002) Too many calls for this account', type: OAUTH, code: 80002 },
  messageGone: { status: 400, message: 'The message was deleted', type: IG, code: 9000001 },
  humanAgent: { status: 403, message: "To use 'Human Agent', the feature has to be granted to the app by review first.", type: IG },
  restricted: { status: 400, message: 'The account is restricted for now.', type: IG },
} as const satisfies Record<string, GraphFailure>

export type FailureName = keyof typeof FAILURES

/** A failure that a test scripts on a business or a customer: a name from `FAILURES`, or any failure spelled out. */
export type ScriptedFailure = FailureName | GraphFailure

/** Thrown by Graph handlers; `graph.ts` turns it into the answer. */
export class GraphRefusal extends Error {
  readonly failure: GraphFailure

  constructor(failure: GraphFailure) {
    super(failure.message)
    this.failure = failure
  }
}

/** @param message replaces the sentence of the catalogue */
export const refusal = (script: ScriptedFailure, message?: string): GraphRefusal => {
  const failure = typeof script === 'string' ? FAILURES[script] : script
  return new GraphRefusal(message === undefined ? failure : { ...failure, message })
}

export const unsupported = (method: string) => refusal('unsupported', `Unsupported request - method type: ${method.toLowerCase()}`)

/** The Graph envelope: `{"error": {message, type, code?, error_subcode?, is_transient?, fbtrace_id}}`. */
export const graphAnswer = ({ status, ...error }: GraphFailure): Response =>
  Response.json({ error: { ...error, fbtrace_id: traceId() } }, { status })

/** The envelope of the OAuth host, which is not the Graph one: `{error_type, code, error_message}`. */
export const oauthAnswer = (message: string, status = 400): Response =>
  Response.json({ error_type: OAUTH, code: status, error_message: message }, { status })
