import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { freshPostgresUrl } from '../support/databases.ts'
import { connectedBusiness, eventually, listConversations, listInboxes, listMessages, type System, startSystem } from '../support/system.ts'

describe('a profile that fails', () => {
  const stack = new AsyncDisposableStack()
  let system: System

  beforeAll(async () => {
    const database = stack.use(await freshPostgresUrl())
    system = stack.use(await startSystem({ databaseUrl: database.url }))
  })
  afterAll(() => stack.disposeAsync())

  type Person = NonNullable<Parameters<System['instagram']['createCustomer']>[1]>

  const meet = async (person: Person) => {
    const { business, inbox } = await connectedBusiness(system)
    const customer = await system.instagram.createCustomer(business.user_id, person)
    const { igsid } = customer
    const conversation = () =>
      eventually(async () => (await listConversations(system)).find((c) => c.contact_inbox.source_id === igsid), 'the conversation')
    const isNamed = (name: string) => eventually(async () => (await conversation()).meta.sender.name === name, `the name ${name}`)
    const texts = async () => (await listMessages(system, (await conversation()).id)).map(({ content }) => content)
    const path = `/${igsid}$`
    const looks = async () => (await system.instagram.requests({ host: 'graph' })).filter((call) => call.path.endsWith(igsid)).length
    const lookedAt = (times: number) => eventually(async () => (await looks()) >= times, 'a look at the profile')
    const connection = async () => (await listInboxes(system)).find(({ id }) => id === inbox.id)?.connection.state
    return { business, igsid, conversation, isNamed, texts, path, lookedAt, connection }
  }

  const placeholder = (igsid: string): string => `Unknown (IG: ${igsid})`

  test('for want of consent (230) is asked for again with the first message', async () => {
    const { igsid, isNamed, texts, lookedAt, conversation, connection } = await meet({ name: 'Late Consent' })
    await system.instagram.writeAsBusiness(igsid, { text: 'We saw your comment' })
    await lookedAt(1)
    expect((await conversation()).meta.sender.name).toBe(placeholder(igsid))
    await system.instagram.write(igsid, { text: 'Hello' })
    await isNamed('Late Consent')
    expect(await texts()).toEqual(['We saw your comment', 'Hello'])
    expect(await connection()).toBe('connected')
  })

  test.each(['noMatchingProfile', 'noSuchObject', 'noSuchPerson'] as const)(
    'with %s (9010, 100) leaves the placeholder',
    async (failure) => {
      const { igsid, texts, lookedAt, conversation, connection } = await meet({ profile_error: failure })
      await system.instagram.write(igsid, { text: `although ${failure}` })
      await lookedAt(1)
      expect((await conversation()).meta.sender.name).toBe(placeholder(igsid))
      expect(await texts()).toEqual([`although ${failure}`])
      expect(await connection()).toBe('connected')
    },
  )

  test('for the token (190) is told on the inbox, and the message is there', async () => {
    const { igsid, texts, conversation, connection } = await meet({ profile_error: 'tokenRevoked' })
    await system.instagram.write(igsid, { text: 'although 190' })
    await eventually(async () => (await connection()) === 'reauthorization_required', 'the inbox to ask for a person')
    expect((await conversation()).meta.sender.name).toBe(placeholder(igsid))
    await system.instagram.write(igsid, { text: 'and after it' })
    await eventually(async () => (await texts()).length === 2, 'the second message')
  })

  test('because Instagram is down is asked for again', async () => {
    const { igsid, isNamed, path } = await meet({ name: 'Patience' })
    await system.instagram.addFault({ match: { host: 'graph', path, method: 'GET' }, times: 1, do: { status: 503, raw_body: 'busy' } })
    await system.instagram.write(igsid, { text: 'Hello' })
    await isNamed('Patience')
  })

  test('to give a name gives the username, and the attributes that clients of Chatwoot read', async () => {
    const { igsid, isNamed, conversation } = await meet({
      name: null,
      username: 'nameless.one',
      follower_count: 12,
      is_verified_user: true,
    })
    await system.instagram.write(igsid, { text: 'Hello' })
    await isNamed('@nameless.one')
    expect((await conversation()).meta.sender.additional_attributes).toEqual({
      social_profiles: { instagram: 'nameless.one' },
      social_instagram_user_name: 'nameless.one',
      social_instagram_follower_count: 12,
      social_instagram_is_user_follow_business: false,
      social_instagram_is_business_follow_user: false,
      social_instagram_is_verified_user: true,
    })
  })
})
