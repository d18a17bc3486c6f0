/** Floor: Express, the signature, and one INSERT per request, as one would write it by hand. */
import express from 'express'
import { pool } from './pool.ts'
import { insertion, isGenuine, port, rowOf } from './shared.ts'

const app = express()
app.get('/livez', (_request, response) => void response.send('ok'))
app.post('/webhooks/instagram', express.raw({ type: 'application/json' }), async (request, response) => {
  const body: Buffer = request.body
  if (!isGenuine(body, request.get('x-hub-signature-256'))) return void response.status(401).send('forged')
  await pool.query({ name: 'insertion', text: insertion, values: rowOf(body) })
  response.send('ok')
})
app.listen(port, '127.0.0.1')
