/** A server of media: whatever is asked for is a picture of 1 MiB. */
import { createServer } from 'node:http'
import { port } from './shared.ts'

const picture = Buffer.alloc(1024 * 1024, 7)
picture.set([0xff, 0xd8, 0xff])

createServer((_, response) => {
  response.writeHead(200, { 'content-type': 'image/jpeg', 'content-length': picture.length }).end(picture)
}).listen(port, '127.0.0.1')
