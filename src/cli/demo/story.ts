import { type Api, createApi } from '../api.ts'
import { CommandFailed } from '../command.ts'
import { setUpTenant, type Tenant } from '../set-up.ts'
import { until } from './until.ts'
import type { DemoWorld } from './world.ts'

export interface Message {
  readonly id: number
  readonly content: string | null
  readonly message_type: number
  readonly status: string
  readonly delivery: { readonly state: string }
  readonly content_attributes: Readonly<Record<string, unknown>>
  readonly attachments?: readonly { readonly file_type: string }[]
}

interface Conversation {
  readonly id: number
  readonly meta: { readonly sender: { readonly name: string } }
}

interface Inbox {
  readonly id: number
  readonly name: string
  readonly instagram_id: string
  readonly connection: { readonly state: string; readonly webhooks_subscribed: boolean }
}

/** What the story knows so far. */
interface Story {
  readonly world: DemoWorld
  readonly tenant: Tenant
  readonly api: Api
  readonly business: { readonly user_id: string; readonly username: string }
  readonly inbox: Inbox
  readonly customer: { readonly igsid: string; readonly name: string | null }
  readonly conversation: Conversation
}

/** One thing that the demo shows: it happens, it is verified, and it is told in a sentence. */
export interface Step {
  readonly name: string
  tell(story: Partial<Story> & Pick<Story, 'world'>): Promise<{ readonly story?: Partial<Story>; readonly told: string }>
}

const verify = (holds: boolean, otherwise: string): void => {
  if (!holds) throw new CommandFailed(otherwise)
}

const known = <Key extends keyof Story>(story: Partial<Story>, key: Key): NonNullable<Story[Key]> => {
  const value = story[key]
  if (value === undefined || value === null) throw new Error(`The demo's story has no ${key} yet.`)
  return value
}

const messagesOf = async (story: Partial<Story>): Promise<Message[]> => {
  const { accountId } = known(story, 'tenant')
  const path = `/api/v1/accounts/${accountId}/conversations/${known(story, 'conversation').id}/messages`
  return (await known(story, 'api')<{ payload: Message[] }>('GET', path)).payload
}

const openAccount: Step = {
  name: 'account',
  async tell({ world }) {
    const stamp = Date.now().toString(36)
    const people = { account: 'Corner Bakery', name: 'Ada Agent', email: `ada.${stamp}@bakery.example` }
    const tenant = await setUpTenant(createApi(world.server.url, world.server.platformAppToken ?? ''), people)
    const api = createApi(world.server.url, tenant.token)
    return {
      story: { tenant, api },
      told: `${people.account} has an account (number ${tenant.accountId}); ${people.name} is its administrator.`,
    }
  },
}

const connect: Step = {
  name: 'connect',
  async tell(story) {
    const { world } = story
    const api = known(story, 'api')
    const { accountId } = known(story, 'tenant')
    await world.instagram.configure({ callback_url: `${world.server.url}/webhooks/instagram`, verify_token: world.verifyToken })
    const business = await world.instagram.createBusiness({ username: 'corner.bakery', name: 'Corner Bakery' })
    const { url } = await api<{ url: string }>('POST', `/api/v1/accounts/${accountId}/instagram/authorization`)
    const back = await world.instagram.authorize(url, { business_id: business.user_id })
    const answer = await fetch(back, { redirect: 'manual' })
    const page = answer.headers.get('location') ?? ''
    verify(
      answer.status === 302 && /\/inboxes\/new\/\d+\/agents$/.test(page),
      `The sign-in came back to ${page || answer.status} instead of a new inbox.`,
    )
    verify((await fetch(new URL(page, world.server.url))).status === 200, `The page after the sign-in, ${page}, is not there.`)
    const inbox = await until('the inbox did not become connected', async () => {
      const { payload } = await api<{ payload: Inbox[] }>('GET', `/api/v1/accounts/${accountId}/inboxes`)
      return payload.find((each) => each.instagram_id === business.user_id && each.connection.webhooks_subscribed)
    })
    return {
      story: { business, inbox },
      told: `Instagram account @${business.username} is connected: Ada allowed it at Instagram, and inbox ${inbox.id} hears of every message.`,
    }
  },
}

const customerWrites: Step = {
  name: 'receive',
  async tell(story) {
    const { instagram } = story.world
    const customer = await instagram.createCustomer(known(story, 'business').user_id, { username: 'mia.reads', name: 'Mia Moreau' })
    await instagram.write(customer.igsid, { text: 'Hello! Do you still have sourdough today? 🍞' })
    await instagram.write(customer.igsid, { attachments: [{ type: 'image', url: `${story.world.instagramUrl}/media/sample.png` }] })
    const conversation = await until('her conversation did not appear in the inbox', async () => {
      const { accountId } = known(story, 'tenant')
      const { data } = await known(story, 'api')<{ data: { payload: Conversation[] } }>(
        'GET',
        `/api/v1/accounts/${accountId}/conversations`,
      )
      return data.payload.find((each) => each.meta.sender.name === customer.name)
    })
    const messages = await until('her two messages did not both appear', async () => {
      const list = await messagesOf({ ...story, conversation })
      return list.length === 2 ? list : undefined
    })
    verify(messages[1]?.attachments?.[0]?.file_type === 'image', 'The picture that she sent is not shown as one.')
    return {
      story: { customer, conversation },
      told: `${customer.name} wrote, and sent a picture: both are in conversation ${conversation.id}, under her name.`,
    }
  },
}

const reply = 'Yes, two loaves are left. Shall we keep one for you?'

const agentAnswers: Step = {
  name: 'reply',
  async tell(story) {
    const { accountId } = known(story, 'tenant')
    const conversation = known(story, 'conversation')
    const customer = known(story, 'customer')
    const sent = await known(story, 'api')<Message>('POST', `/api/v1/accounts/${accountId}/conversations/${conversation.id}/messages`, {
      content: reply,
    })
    await until('the answer did not leave', async () =>
      (await messagesOf(story)).find((m) => m.id === sent.id && m.delivery.state === 'accepted'),
    )
    verify(
      (await story.world.instagram.messages(customer.igsid)).some((m) => m.text === reply),
      'The customer does not see the answer.',
    )
    return { told: `Ada answered, and ${customer.name} sees it at Instagram.` }
  },
}

const echoIsMerged: Step = {
  name: 'echo',
  async tell(story) {
    await story.world.instagram.idle()
    const native = 'P.S. We close at six!'
    await story.world.instagram.writeAsBusiness(known(story, 'customer').igsid, { text: native })
    const messages = await until('what the baker typed in the Instagram app did not appear', async () => {
      const list = await messagesOf(story)
      return list.some((m) => m.content === native) ? list : undefined
    })
    verify(messages.filter((m) => m.content === reply).length === 1, 'The answer stands in the conversation more than once.')
    return {
      told: 'Instagram repeated the answer to us, and it is still there only once; what the baker typed in the Instagram app is there too.',
    }
  },
}

const customerReads: Step = {
  name: 'read',
  async tell(story) {
    await story.world.instagram.see(known(story, 'customer').igsid)
    await until('the answer was not marked as read', async () => {
      const outgoing = (await messagesOf(story)).filter((m) => m.message_type === 1)
      return outgoing.every((m) => m.status === 'read') ? true : undefined
    })
    return { told: 'She read it, and both messages say so.' }
  },
}

/** The main job, from an empty installation to an answer that was read. */
export const steps: readonly Step[] = [openAccount, connect, customerWrites, agentAnswers, echoIsMerged, customerReads]
