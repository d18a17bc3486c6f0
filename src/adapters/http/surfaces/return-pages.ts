import { type Context, Hono } from 'hono'
import { type Page, sendPage } from '#adapters/http/page.ts'
import type { RequestEnv } from '#adapters/http/scope.ts'
import type { SavedConnection } from '#application/inboxes/save-connection.ts'
import type { AccountId } from '#domain/shared/ids.ts'

const settings = (accountId: AccountId | string): string => `/app/accounts/${accountId}/settings/inboxes`

/** Chatwoot's addresses, so that its dashboard can stand in front of us. */
export const returnPaths = {
  home: '/app',
  connected: ({ accountId, inboxId, created }: SavedConnection): string =>
    created ? `${settings(accountId)}/new/${inboxId}/agents` : `${settings(accountId)}/${inboxId}`,
  failed: (accountId: AccountId, channel: string): string => `${settings(accountId)}/new/${encodeURIComponent(channel)}`,
}

const home: Page = {
  title: 'Dovecote is running',
  paragraphs: [
    'There is no dashboard at this address. To connect an account, start the connection in the software that you use with Dovecote.',
  ],
}

const connected = (inboxId: string, title: string): Page => ({
  title,
  paragraphs: [
    `Inbox ${inboxId} takes in new messages from now on.`,
    'You can close this page and go back to where you started. Agents find the conversations there.',
  ],
})

/** Whoever made the link wrote the query: it is shown as text, and not at any length. */
const said = (c: Context, name: string, length: number): string => (c.req.query(name) ?? '').slice(0, length)

const failed = (c: Context): Page => {
  const reference = [said(c, 'error_type', 60), said(c, 'code', 10)].filter((text) => text !== '').join(', ')
  return {
    title: 'The account was not connected',
    paragraphs: [
      said(c, 'error_message', 300) || 'The provider did not let us connect the account.',
      `Nothing was changed. Go back to where you started and try again.${reference === '' ? '' : ` If it fails again, give your administrator this reference: ${reference}.`}`,
    ],
  }
}

/** The pages that a browser ends on after a connection where no dashboard stands in front of us. */
export const createReturnPages = () =>
  new Hono<RequestEnv>()
    .get('/app', (c) => sendPage(c, home))
    .get(`${settings(':account_id{[0-9]+}')}/new/:inbox_id{[0-9]+}/agents`, (c) =>
      sendPage(c, connected(c.req.param('inbox_id'), 'The account is connected')),
    )
    .get(`${settings(':account_id{[0-9]+}')}/new/:channel`, (c) => sendPage(c, failed(c)))
    .get(`${settings(':account_id{[0-9]+}')}/:inbox_id{[0-9]+}`, (c) =>
      sendPage(c, connected(c.req.param('inbox_id'), 'The account is connected again')),
    )
