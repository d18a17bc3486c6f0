/** Floor: Hono, the signature, and one INSERT per request, as one would write it by hand. */
import { serve } from '@hono/node-server'
import { Hono } from 'hono'
import { pool } from './pool.ts'
import { insertion, isGenuine, port, rowOf } from './shared.ts'

const app = new Hono()
app.get('/livez', (c) => c.text('ok'))
app.post('/webhooks/instagram', async (c) => {
  const body = Buffer.from(await c.req.arrayBuffer())
  if (!isGenuine(body, c.req.header('x-hub-signature-256'))) return c.text('forged', 401)
  await pool.query({ name: 'insertion', text: insertion, values: rowOf(body) })
  return c.text('ok')
})
serve({ fetch: app.fetch, port, hostname: '127.0.0.1' })
