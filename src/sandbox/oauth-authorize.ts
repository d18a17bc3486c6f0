import { type Context, Hono } from 'hono'
import { html } from 'hono/html'
import { SCOPES } from './accounts.ts'
import { oauthCode } from './ids.ts'
import { page } from './layout.ts'
import type { Simulation } from './simulation.ts'
import { type Business, remember } from './world.ts'

interface Ask {
  redirectUri: string
  scopes: string[]
  state: string | undefined
}

/** Plays `www.instagram.com/oauth/authorize`: the page for people, the same address by POST for machines. */
export const createAuthorizeApp = (sim: Simulation): Hono =>
  new Hono()
    .get('/', async (c) => {
      const ask = readAsk(sim, new URL(c.req.url).searchParams)
      return typeof ask === 'string' ? errorPage(c, ask) : c.html(consentPage(ask, [...sim.world.businesses.values()]))
    })
    .post('/', async (c) => {
      const parameters = new URL(c.req.url).searchParams
      for (const [name, value] of await formOf(c)) if (typeof value === 'string') parameters.append(name, value)
      const ask = readAsk(sim, parameters)
      if (typeof ask === 'string') return errorPage(c, ask)
      if (parameters.get('decision') !== 'allow') return c.redirect(refusedUrl(ask))
      const business = chosenBusiness(sim, parameters.get('business_id'))
      return business
        ? c.redirect(allowedUrl(sim, ask, business, grantedScopes(ask, parameters)))
        : errorPage(c, 'There is no such account')
    })

/** Empty when the request has no form: then everything stands in the address. */
const formOf = (c: Context): Promise<FormData> => c.req.formData().catch(() => new FormData())

/** What the app asks for, or the sentence of the error page. */
const readAsk = ({ appId, world }: Simulation, parameters: URLSearchParams): Ask | string => {
  const redirectUri = parameters.get('redirect_uri') ?? ''
  const scopes = (parameters.get('scope') ?? '').split(/[\s,]+/).filter((scope) => scope !== '')
  if (parameters.get('client_id') !== appId) return 'Invalid platform app'
  if (!URL.canParse(redirectUri)) return 'Invalid redirect_uri'
  if (world.app.redirect_uris.length > 0 && !world.app.redirect_uris.includes(redirectUri)) return 'Invalid redirect_uri'
  if (parameters.get('response_type') !== 'code') return 'Invalid response_type'
  if (scopes.length === 0 || scopes.some((scope) => !SCOPES.includes(scope))) return 'Invalid scope'
  return { redirectUri, scopes, state: parameters.get('state') ?? undefined }
}

const chosenBusiness = ({ world }: Simulation, id: string | null): Business | undefined =>
  id === null ? world.businesses.values().next().value : world.businesses.get(id)

/** A form that says nothing grants everything; the page always sends one empty value, so that all boxes can be empty. */
const grantedScopes = ({ scopes }: Ask, parameters: URLSearchParams): string[] => {
  if (!parameters.has('granted')) return scopes
  const granted = parameters.getAll('granted').flatMap((value) => value.split(/[\s,]+/))
  return scopes.filter((scope) => granted.includes(scope))
}

const withParameters = (redirectUri: string, parameters: Record<string, string | undefined>): string => {
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries(parameters)) if (value !== undefined) query.set(name, value)
  return `${redirectUri}${redirectUri.includes('?') ? '&' : '?'}${query}`
}

const refusedUrl = ({ redirectUri, state }: Ask): string =>
  withParameters(redirectUri, {
    error: 'access_denied',
    error_reason: 'user_denied',
    error_description: 'The user denied your request',
    state,
  })

/** The real redirect ends in `#_`, a fragment that servers never see. */
const allowedUrl = ({ world, now }: Simulation, { redirectUri, state }: Ask, business: Business, scopes: string[]): string => {
  const code = oauthCode()
  remember(world.codes, code, { code, business_id: business.user_id, redirect_uri: redirectUri, scopes, issued_at: now() })
  return `${withParameters(redirectUri, { code, state })}#_`
}

const errorPage = (c: Context, sentence: string): Response | Promise<Response> =>
  c.html(page('Sorry', html`<main class="card"><h1>Sorry, this page isn't available</h1><p class="error">${sentence}</p></main>`), 400)

const consentPage = ({ scopes }: Ask, businesses: Business[]) =>
  page(
    'Connect your account',
    html`<main class="card">
      <h1>Connect your account</h1>
      <form method="post">
        <fieldset>
          <legend>Account</legend>
          ${businesses.map(
            ({ user_id, username }, index) =>
              html`<label><input type="radio" name="business_id" value="${user_id}" ${index === 0 ? 'checked' : ''} /> @${username}</label>`,
          )}
          ${businesses.length === 0 ? html`<p>There is no account yet. <a href="/">Make one first.</a></p>` : ''}
        </fieldset>
        <fieldset>
          <legend>The app asks to</legend>
          <input type="hidden" name="granted" value="" />
          ${scopes.map((scope) => html`<label><input type="checkbox" name="granted" value="${scope}" checked /> ${scope}</label>`)}
        </fieldset>
        <button name="decision" value="allow" ${businesses.length === 0 ? 'disabled' : ''}>Allow</button>
        <button name="decision" value="cancel" class="quiet">Cancel</button>
      </form>
    </main>`,
  )
