/** Floor: Hono, the signature, and one INSERT per request into PGlite, under the V8 flags that Dovecote sets. */
import { join } from 'node:path'
import { serve } from '@hono/node-server'
import { Hono } from 'hono'
import { compileWasmOnce } from '#adapters/postgres/wasm-memory.ts'
import { insertion, isGenuine, port, rowOf, table } from './shared.ts'

compileWasmOnce()
const { PGlite } = await import('@electric-sql/pglite')
const database = await PGlite.create({ dataDir: join(process.env.DATA_DIR ?? '', 'pgdata') })
await database.exec(table)

const app = new Hono()
app.get('/livez', (c) => c.text('ok'))
app.post('/webhooks/instagram', async (c) => {
  const body = Buffer.from(await c.req.arrayBuffer())
  if (!isGenuine(body, c.req.header('x-hub-signature-256'))) return c.text('forged', 401)
  await database.query(insertion, rowOf(body))
  return c.text('ok')
})
serve({ fetch: app.fetch, port, hostname: '127.0.0.1' })
