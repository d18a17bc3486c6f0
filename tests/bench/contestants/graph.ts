/** A Graph API that knows everyone: enough for the profile jobs that new contacts cause. */
import { createServer } from 'node:http'
import { port } from './shared.ts'

createServer((request, response) => {
  const id = /^\/v[\d.]+\/(\d+)/.exec(request.url ?? '')?.[1]
  response.setHeader('content-type', 'application/json')
  request.resume()
  response.end(
    JSON.stringify(id === undefined ? { success: true } : { id, name: `Someone ${id}`, username: `someone.${id}`, success: true }),
  )
}).listen(port, '127.0.0.1')
