import { Hono } from 'hono'
import { type MemberEnv, requireMember, requireUser, tokenOf, type UserEnv } from '#adapters/http/auth.ts'
import { problem } from '#adapters/http/errors.ts'
import { type HttpOptions, withScope } from '#adapters/http/scope.ts'
import { actions } from '#adapters/http/surfaces/application/actions.ts'
import { authorization } from '#adapters/http/surfaces/application/authorization.ts'
import { comments } from '#adapters/http/surfaces/application/comments.ts'
import { contactData } from '#adapters/http/surfaces/application/contact-data.ts'
import { contacts } from '#adapters/http/surfaces/application/contacts.ts'
import { conversations } from '#adapters/http/surfaces/application/conversations.ts'
import { inboxSecrets } from '#adapters/http/surfaces/application/inbox-secrets.ts'
import { inboxWebhooks } from '#adapters/http/surfaces/application/inbox-webhooks.ts'
import { inboxes } from '#adapters/http/surfaces/application/inboxes.ts'
import { messages } from '#adapters/http/surfaces/application/messages.ts'
import { reactions } from '#adapters/http/surfaces/application/reactions.ts'
import { uploads } from '#adapters/http/surfaces/application/uploads.ts'
import { userJson } from '#adapters/http/views/account.ts'

const createAccountRoutes = (options: HttpOptions) =>
  new Hono<MemberEnv>()
    .use(requireMember)
    .route('/inboxes', inboxes(options))
    .route('/inboxes/:inbox_id/comments', comments(options))
    .route('/inboxes', inboxWebhooks)
    .route('/inboxes', inboxSecrets(options))
    .route('/contacts', contacts(options))
    .route('/actions', actions)
    .route('/contacts', contactData(options))
    .route('/conversations', conversations(options))
    .route('/conversations/:display_id/messages', messages)
    .route('/conversations/:display_id/messages/:message_id/reactions', reactions)
    .route('/', uploads)
    .route('/', authorization(options))

/** What agents and their software work with: an account and everything in it. */
export const createApplication = (options: HttpOptions) =>
  new Hono<UserEnv>()
    .use(withScope(options), requireUser)
    .get('/profile', async (c) => {
      const user = await c.var.scope.queries.user(c.var.user.userId)
      return user ? c.json(userJson(user)) : problem(c, 'user.unknown')
    })
    .delete('/profile/access_token', async (c) => {
      await c.var.scope.useCases.revokeToken(tokenOf(c) ?? '')
      return c.body(null, 204)
    })
    .route('/accounts/:account_id', createAccountRoutes(options))
