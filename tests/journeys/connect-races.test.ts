import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createApi } from '../../src/cli/api.ts'
import { setUpTenant } from '../../src/cli/set-up.ts'
import { freshPostgresUrl } from '../support/databases.ts'
import { eventually, type InboxJson, listConversations, listInboxes, type System, startSystem } from '../support/system.ts'

type Account = Pick<System, 'api'> & { readonly id: number }

describe('one Instagram account', () => {
  const stack = new AsyncDisposableStack()
  let system: System
  let ours: Account
  let theirs: Account

  beforeAll(async () => {
    const database = stack.use(await freshPostgresUrl())
    system = stack.use(await startSystem({ databaseUrl: database.url }))
    ours = { api: system.api, id: system.tenant.accountId }
    const tenant = await setUpTenant(system.platform, { account: 'Other shop', name: 'Otto', email: 'otto@other.example' })
    const user = createApi(system.url, tenant.token)
    theirs = { api: (method, path, body) => user(method, `/api/v1/accounts/${tenant.accountId}${path}`, body), id: tenant.accountId }
  })
  afterAll(() => stack.disposeAsync())

  /** The address at which the browser comes back with a code of its own. */
  const signedIn = async ({ api }: Account, businessId: string): Promise<string> => {
    const { url } = await api<{ url: string }>('POST', '/instagram/authorization')
    return system.instagram.authorize(url, { business_id: businessId })
  }

  const end = async (back: string): Promise<string> => (await fetch(back, { redirect: 'manual' })).headers.get('location') ?? ''

  const inboxesOf = async (account: Account, businessId: string): Promise<InboxJson[]> =>
    (await listInboxes(account)).filter((inbox) => inbox.instagram_id === businessId)

  test('that comes back 20 times at once is one inbox, made once and connected again 19 times', async () => {
    const business = await system.instagram.createBusiness()
    const backs = await Promise.all(Array.from({ length: 20 }, () => signedIn(ours, business.user_id)))
    const ends = await Promise.all(backs.map(end))
    const [inbox, ...more] = await inboxesOf(ours, business.user_id)
    expect(more).toEqual([])
    expect(inbox?.connection).toMatchObject({ state: 'connected', webhooks_subscribed: true })
    const made = ends.filter((location) => location.endsWith(`/inboxes/new/${inbox?.id}/agents`))
    const again = ends.filter((location) => location.endsWith(`/inboxes/${inbox?.id}`))
    expect([made.length, again.length]).toEqual([1, 19])
  })

  test('that comes back to two accounts at once belongs to one of them, and the other hears no more than that', async () => {
    const business = await system.instagram.createBusiness({ username: 'wanted.by.two' })
    const accounts = [...Array.from({ length: 5 }, () => ours), ...Array.from({ length: 5 }, () => theirs)]
    const backs = await Promise.all(accounts.map((account) => signedIn(account, business.user_id)))
    const ends = await Promise.all(backs.map(end))
    const held = [await inboxesOf(ours, business.user_id), await inboxesOf(theirs, business.user_id)]
    expect(held.flat()).toHaveLength(1)
    const loser = held[0]?.length === 0 ? ours : theirs
    const refused = ends.filter((location) => location.includes('connection.taken'))
    expect(refused).toHaveLength(5)
    for (const location of refused) {
      expect(location).toContain(`/accounts/${loser.id}/`)
      expect(location).toContain('code=409')
      expect(location).not.toMatch(/wanted|shop/i)
    }
  })

  test('that is connected again keeps its inbox and everything in it, and its new token is the one that is used', async () => {
    const business = await system.instagram.createBusiness({ username: 'old.name' })
    await end(await signedIn(ours, business.user_id))
    const [before] = await inboxesOf(ours, business.user_id)
    const customer = await system.instagram.createCustomer(business.user_id)
    await system.instagram.write(customer.igsid, { text: 'before' })
    await eventually(async () => (await listConversations(ours))[0]?.meta.sender.name === customer.name, 'the profile')
    await system.instagram.revokeTokens(business.user_id)
    await system.instagram.updateBusiness(business.user_id, { username: 'new.name', subscribed_fields: [] })
    await end(await signedIn(ours, business.user_id))
    const [after] = await inboxesOf(ours, business.user_id)
    expect(after).toMatchObject({ id: before?.id, name: 'old.name', provider_name: 'new.name', reauthorization_required: false })
    expect((await system.instagram.business(business.user_id)).subscribed_fields).toContain('messages')
  })
})
