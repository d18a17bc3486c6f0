import { type Context, Hono } from 'hono'
import { comment, edit, pick, press, react, see, unsend, write, writeAsBusiness } from './actions.ts'
import { customerOf, input, newest, writingInput } from './control-input.ts'
import { ControlError, flag, orNull, record, text } from './input.ts'
import type { Simulation } from './simulation.ts'
import { threadOf } from './threads.ts'
import { bareEvent, customerEvent } from './webhook-events.ts'
import type { Customer, Message } from './world.ts'

/** What customers do, and what the business does in the Instagram app. A `mid` left out means the newest fitting message. */
export const createPeopleControl = (sim: Simulation): Hono => {
  const customer = (c: Context) => customerOf(sim, c.req.param('id') ?? '')
  return new Hono()
    .get('/customers/:id/messages', (c) => c.json({ data: newest(c, threadOf(sim.world, customer(c))) }))
    .post('/customers/:id/messages', async (c) => c.json(write(sim, customer(c), await input(c, writingInput)), 201))
    .post('/customers/:id/native-messages', async (c) => c.json(writeAsBusiness(sim, customer(c), await input(c, writingInput)), 201))
    .post('/customers/:id/comments', async (c) => c.json(comment(sim, customer(c), (await input(c, { text })).text), 201))
    .post('/customers/:id/postbacks', async (c) => c.json(press(sim, customer(c), await input(c, { title: text, payload: text })), 201))
    .post('/customers/:id/reactions', async (c) => {
      const { mid, emoji = '❤️' } = await input(c, { 'mid?': text, 'emoji?': orNull(text) })
      const message = existing(sim, customer(c), 'business', mid)
      react(sim, customer(c), message, emoji)
      return c.json(message)
    })
    .post('/customers/:id/seen', async (c) => {
      const { mid } = await input(c, { 'mid?': text })
      const message = existing(sim, customer(c), 'business', mid)
      see(sim, customer(c), message)
      return c.json(message)
    })
    .post('/customers/:id/edits', async (c) => {
      const { mid, text: newText } = await input(c, { 'mid?': text, text })
      const message = existing(sim, customer(c), 'customer', mid)
      edit(sim, customer(c), message, newText)
      return c.json(message)
    })
    .post('/customers/:id/unsends', async (c) => {
      const { mid } = await input(c, { 'mid?': text })
      const message = existing(sim, customer(c), 'customer', mid)
      unsend(sim, customer(c), message)
      return c.json(message)
    })
    .post('/customers/:id/events', async (c) => {
      const { field, event, bare } = await input(c, { field: text, event: record, 'bare?': flag })
      const { business_id } = customer(c)
      sim.webhooks.push(bare ? bareEvent(business_id, field, event) : customerEvent(customer(c), field, sim.now(), event))
      return c.json({ field, event }, 201)
    })
}

const existing = (sim: Simulation, customer: Customer, side: 'customer' | 'business', mid: string | undefined): Message => {
  const message = pick(sim, customer, side, mid)
  if (message === undefined)
    throw new ControlError(404, 'message.unknown', mid ? `There is no message ${mid} in this thread` : `There is no message by the ${side}`)
  return message
}
