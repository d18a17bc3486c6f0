import { main } from './main.ts'
import { nodeHost } from './node-host.ts'

await main(nodeHost)
