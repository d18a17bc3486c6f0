import { main } from '../runtime/main.ts'
import { nodeHost } from '../runtime/node-host.ts'
import type { Command } from './command.ts'

export const serve: Command = {
  summary: 'run the server, configured by the environment (the same as npm start)',
  options: {},
  run: () => main(nodeHost),
}
