import { Hono } from 'hono'
import { addBusiness, addCustomer, issueToken, SCOPES } from './accounts.ts'
import { businessInput, businessOf, customerInput, customerOf, input, newBusinessInput, newCustomerInput, newest } from './control-input.ts'
import { ControlError, count, listOf, oneOf, text } from './input.ts'
import type { Simulation } from './simulation.ts'

const BUSINESSES_MAX = 1000
const CUSTOMERS_MAX = 100_000

/** Businesses, their customers and their tokens. */
export const createAccountsControl = (sim: Simulation): Hono =>
  new Hono()
    .get('/businesses', (c) => c.json({ data: newest(c, [...sim.world.businesses.values()]) }))
    .post('/businesses', async (c) => {
      const wanted = await input(c, newBusinessInput)
      checkNew(sim.world.businesses, wanted.user_id, BUSINESSES_MAX)
      return c.json(addBusiness(sim, wanted), 201)
    })
    .get('/businesses/:id', (c) => c.json(businessOf(sim, c.req.param('id'))))
    .patch('/businesses/:id', async (c) => c.json(Object.assign(businessOf(sim, c.req.param('id')), await input(c, businessInput))))
    .get('/businesses/:id/customers', (c) => {
      const { user_id } = businessOf(sim, c.req.param('id'))
      return c.json({
        data: newest(
          c,
          [...sim.world.customers.values()].filter((customer) => customer.business_id === user_id),
        ),
      })
    })
    .post('/businesses/:id/customers', async (c) => {
      const business = businessOf(sim, c.req.param('id'))
      const wanted = await input(c, newCustomerInput)
      checkNew(sim.world.customers, wanted.igsid, CUSTOMERS_MAX)
      return c.json(addCustomer(sim, business, wanted), 201)
    })
    .get('/customers/:id', (c) => c.json(customerOf(sim, c.req.param('id'))))
    .patch('/customers/:id', async (c) => c.json(Object.assign(customerOf(sim, c.req.param('id')), await input(c, customerInput))))
    .route('/', createTokensControl(sim))

const createTokensControl = (sim: Simulation): Hono => {
  const tokensOf = (id: string) => [...sim.world.tokens.values()].filter(({ business_id }) => business_id === businessOf(sim, id).user_id)
  return new Hono()
    .get('/businesses/:id/tokens', (c) => c.json({ data: newest(c, tokensOf(c.req.param('id'))) }))
    .post('/businesses/:id/tokens', async (c) => {
      const wanted = await input(c, { 'kind?': oneOf('short', 'long'), 'scopes?': listOf(text), 'age_ms?': count })
      return c.json(issueToken(sim, businessOf(sim, c.req.param('id')).user_id, { kind: 'long', scopes: SCOPES, ...wanted }), 201)
    })
    .post('/businesses/:id/tokens/expire', (c) => {
      const tokens = tokensOf(c.req.param('id'))
      for (const token of tokens) token.expires_at = Math.min(token.expires_at, sim.now())
      return c.json({ expired: tokens.length })
    })
    .post('/businesses/:id/tokens/revoke', async (c) => {
      const { reason = 'tokenRevoked' } = await input(c, {
        'reason?': oneOf('tokenRevoked', 'appRemoved', 'passwordChanged', 'tokenInvalid'),
      })
      const tokens = tokensOf(c.req.param('id'))
      for (const token of tokens) token.failure = reason
      return c.json({ revoked: tokens.length })
    })
}

const checkNew = (known: ReadonlyMap<string, unknown>, id: string | undefined, max: number): void => {
  if (id !== undefined && known.has(id)) throw new ControlError(409, 'id.taken', `${id} exists already`)
  if (known.size >= max) throw new ControlError(422, 'limit.reached', `There can be ${max} at most`)
}
