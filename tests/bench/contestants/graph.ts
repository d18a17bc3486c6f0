/** A Graph API that knows everyone and takes every message: enough for profile jobs and for sends. `/arrivals` tells when each text came. */
import { createServer, type IncomingMessage } from 'node:http'
import { port } from './shared.ts'

let arrivals: [text: string, at: number][] = []
let count = 0

const read = async (request: IncomingMessage): Promise<string> => {
  let body = ''
  for await (const chunk of request.setEncoding('utf8')) body += chunk
  return body
}

const take = async (request: IncomingMessage): Promise<object> => {
  const at = performance.timeOrigin + performance.now()
  const { recipient, message }: { recipient: { id: string }; message: { text: string } } = JSON.parse(await read(request))
  arrivals.push([message.text, at])
  return { recipient_id: recipient.id, message_id: `mid-${process.pid}-${++count}` }
}

const answer = async (request: IncomingMessage): Promise<object> => {
  const path = request.url ?? ''
  if (request.method === 'POST' && path.endsWith('/messages')) return take(request)
  request.resume()
  if (path === '/arrivals') {
    const told = arrivals
    arrivals = []
    return told
  }
  const id = /^\/v[\d.]+\/(\d+)/.exec(path)?.[1]
  return id === undefined ? { success: true } : { id, name: `Someone ${id}`, username: `someone.${id}`, success: true }
}

createServer((request, response) => {
  response.setHeader('content-type', 'application/json')
  answer(request).then(
    (told) => response.end(JSON.stringify(told)),
    () => response.writeHead(500).end(),
  )
}).listen(port, '127.0.0.1')
