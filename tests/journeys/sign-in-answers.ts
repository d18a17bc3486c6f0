const oauthError = (error_message: string, code = 400) => ({ status: code, body: { error_type: 'OAuthException', code, error_message } })
const graphError = (error: object, status = 400) => ({
  status,
  body: { error: { type: 'IGApiException', fbtrace_id: 'AfbtraceZ', ...error } },
})
const page = { status: 200, raw_body: '<html>We are sorry</html>' }
const unsupported = graphError({ code: 100, message: 'Unsupported request - method type: get' })

/** What Instagram may answer to a sign-in: to which call, and what the person is told of it: a code, a status and a sentence. */
export const badAnswers: readonly (readonly [
  what: string,
  path: string,
  answer: object,
  code: string,
  status: string,
  sentence: RegExp,
])[] = [
  [
    'a code that was used before',
    'api',
    oauthError('Matching code was not found or was already used'),
    'connection.code_spent',
    '400',
    /Start .* again/,
  ],
  [
    'a redirect address that is not registered',
    'api',
    oauthError('Error validating verification code. Please make sure your redirect_uri is identical'),
    'connection.redirect_refused',
    '422',
    /FRONTEND_URL/,
  ],
  ['a wrong secret', 'api', oauthError('Error validating client secret.'), 'connection.wrong_app_credentials', '422', /app secret/],
  ['an app that it does not know', 'api', oauthError('Invalid platform app'), 'connection.wrong_app_credentials', '422', /app id/],
  ['an account without a role', 'api', oauthError('Insufficient developer role', 403), 'connection.not_allowed', '403', /Tester/],
  ['words that nobody knows', 'api', oauthError('Session Invalid'), 'connection.sign_in_refused', '422', /Connect again/],
  [
    'too many calls',
    'api',
    graphError({ code: 4, message: 'Application request limit reached' }, 403),
    'connection.provider_unavailable',
    '502',
    /some minutes/,
  ],
  ['a page instead of a token', 'api', page, 'connection.provider_unavailable', '502', /Wait a minute/],
  ['5xx for a code', 'api', { status: 502, raw_body: 'bad gateway' }, 'connection.provider_unavailable', '502', /Wait a minute/],
  ['silence for a code', 'api', { drop: 'after' }, 'connection.provider_unavailable', '502', /Wait a minute/],
  ['"Unsupported request" for a long-lived token', '^/access_token', unsupported, 'connection.not_allowed', '403', /Advanced Access/],
  ['a page for a long-lived token', '^/access_token', page, 'connection.provider_unavailable', '502', /Wait a minute/],
  ['"Unsupported request" for who it is', '/me$', unsupported, 'connection.not_allowed', '403', /Tester/],
  [
    'a permission that is missing after all',
    '/me$',
    graphError({ code: 10, message: 'no' }, 403),
    'connection.permission_missing',
    '422',
    /ticked/,
  ],
  [
    'an account that is to sign in there first',
    '/me$',
    graphError({ code: 190, error_subcode: 459 }, 401),
    'connection.sign_in_refused',
    '422',
    /sign in there/,
  ],
  [
    'an account without the id that webhooks carry',
    '/me$',
    { status: 200, body: { id: '1', username: 'x' } },
    'connection.provider_unavailable',
    '502',
    /Wait/,
  ],
  ['5xx for who it is', '/me$', graphError({ code: 2 }, 503), 'connection.provider_unavailable', '502', /Wait a minute/],
]
