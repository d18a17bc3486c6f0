/** Floor: Hono and the signature, nothing stored. */
import { serve } from '@hono/node-server'
import { Hono } from 'hono'
import { isGenuine, port } from './shared.ts'

const app = new Hono()
app.get('/livez', (c) => c.text('ok'))
app.post('/webhooks/instagram', async (c) => {
  const body = Buffer.from(await c.req.arrayBuffer())
  return isGenuine(body, c.req.header('x-hub-signature-256')) ? c.text('ok') : c.text('forged', 401)
})
serve({ fetch: app.fetch, port, hostname: '127.0.0.1' })
