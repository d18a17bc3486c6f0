import { type Context, Hono } from 'hono'
import { html, raw } from 'hono/html'
import { addBusiness, addCustomer } from './accounts.ts'
import { pick, see, write } from './actions.ts'
import { page } from './layout.ts'
import { mediaFile } from './media.ts'
import type { Simulation } from './simulation.ts'
import { threadOf } from './threads.ts'
import type { Attachment, Business, Customer, Message } from './world.ts'

/** The pages for people: who is there, and a customer's side of a conversation. */
export const createPages = (sim: Simulation): Hono =>
  new Hono()
    .get('/', (c) => c.html(home(sim)))
    .post('/businesses', async (c) => {
      const name = await field(c, 'name')
      if (name) addBusiness(sim, { name, username: toUsername(name) })
      return c.redirect('/', 303)
    })
    .post('/businesses/:id/customers', async (c) => {
      const business = sim.world.businesses.get(c.req.param('id'))
      const name = await field(c, 'name')
      if (!business || !name) return c.redirect('/', 303)
      return c.redirect(`/customers/${addCustomer(sim, business, { name, username: toUsername(name) }).igsid}`, 303)
    })
    .get('/media/:name', (c) => {
      const file = mediaFile(c.req.param('name'))
      const until = Number(c.req.query('until') ?? Number.POSITIVE_INFINITY)
      if (sim.now() >= until) return c.body(null, 410)
      return file ? c.body(file.bytes, 200, { 'content-type': file.type }) : c.notFound()
    })
    .route('/customers/:id', createCustomerPages(sim))

const createCustomerPages = (sim: Simulation): Hono => {
  const customerOf = (c: Context) => sim.world.customers.get(c.req.param('id') ?? '')
  return new Hono()
    .get('/', (c) => {
      const customer = customerOf(c)
      return customer ? c.html(chat(sim, customer)) : c.notFound()
    })
    .get('/thread', (c) => {
      const customer = customerOf(c)
      return customer ? c.html(bubbles(sim, customer)) : c.notFound()
    })
    .post('/messages', async (c) => {
      const customer = customerOf(c)
      if (!customer) return c.notFound()
      const text = await field(c, 'text')
      const answered = pick(sim, customer, 'business')
      if (answered && !answered.seen) see(sim, customer, answered)
      if (text) write(sim, customer, { text })
      if ((await field(c, 'photo')) !== '') write(sim, customer, { attachments: [{ type: 'image' }] })
      return c.redirect(`/customers/${customer.igsid}`, 303)
    })
}

const field = async (c: Context, name: string): Promise<string> => {
  const value = (await c.req.parseBody())[name]
  return typeof value === 'string' ? value.trim() : ''
}

const toUsername = (name: string): string => name.toLowerCase().replace(/[^a-z0-9]+/g, '_')

const home = ({ world }: Simulation) =>
  page(
    'Accounts',
    html`<h1>A simulated Instagram</h1>
      <p class="dim">Make an account, connect it to your inbox, then write to it as a customer.</p>
      ${[...world.businesses.values()].map((business) => card(business, [...world.customers.values()]))}
      <form class="row" method="post" action="/businesses">
        <input type="text" name="name" placeholder="Name of a new business" required /> <button>Add business</button>
      </form>`,
  )

const card = ({ user_id, username, name, subscribed_fields }: Business, customers: Customer[]) =>
  html`<section class="card">
    <h2>${name ?? username} <small>@${username} · ${user_id}</small></h2>
    <p class="dim">${subscribed_fields.length > 0 ? `connected: ${subscribed_fields.join(', ')}` : 'not connected'}</p>
    <ul>
      ${customers
        .filter(({ business_id }) => business_id === user_id)
        .slice(-100)
        .map((customer) => html`<li><a href="/customers/${customer.igsid}">${customer.name ?? customer.username}</a></li>`)}
    </ul>
    <form class="row" method="post" action="/businesses/${user_id}/customers">
      <input type="text" name="name" placeholder="Name of a new customer" required /> <button class="quiet">Add customer</button>
    </form>
  </section>`

/** The script only swaps the thread, so a half-written text stays; without scripts the page reloads. */
const REFRESH = `setInterval(async () => {
  const answer = await fetch(location.pathname + '/thread')
  if (answer.ok) document.querySelector('.thread').innerHTML = await answer.text()
}, 2000)`

const chat = (sim: Simulation, customer: Customer) => {
  const business = sim.world.businesses.get(customer.business_id)
  return page(
    customer.username,
    html`<p><a href="/">← all accounts</a></p>
      <h1>${customer.name ?? customer.username} <small>writes to @${business?.username}</small></h1>
      <main class="card"><div class="thread">${bubbles(sim, customer)}</div></main>
      <form class="row" method="post" action="/customers/${customer.igsid}/messages">
        <input type="text" name="text" placeholder="Message…" autocomplete="off" autofocus />
        <button>Send</button> <button name="photo" value="1" class="quiet" formnovalidate>Photo</button>
      </form>
      <p class="dim">Whoever sends has seen the answers so far.</p>
      <script>
        ${raw(REFRESH)}
      </script>
      <noscript><meta http-equiv="refresh" content="10" /></noscript>`,
  )
}

const bubbles = ({ world }: Simulation, customer: Customer) =>
  html`${threadOf(world, customer)
    .slice(-200)
    .map((message) => bubble(message, message.from === customer.igsid))}`

const bubble = (message: Message, mine: boolean) =>
  html`<div class="bubble ${mine ? 'mine' : 'theirs'}">
    ${message.deleted ? html`<i>unsent</i>` : html`<span class="text">${message.text}</span>`} ${message.attachments.map(media)}
    <span class="meta">${remarks(message).join(' · ')}</span>
  </div>`

const remarks = ({ timestamp, num_edit, seen, reactions }: Message): string[] => [
  new Date(timestamp).toISOString().slice(11, 16),
  ...(num_edit > 0 ? ['edited'] : []),
  ...(seen ? ['seen'] : []),
  ...reactions.map(({ emoji }) => emoji),
]

const media = ({ type, payload }: Attachment) => {
  const url = typeof payload?.url === 'string' ? payload.url : undefined
  if (url === undefined || !/^https?:/.test(url)) return html`<i>${type}</i>`
  return type === 'image' ? html`<img src="${url}" alt="image" />` : html`<a href="${url}">${type}</a>`
}
