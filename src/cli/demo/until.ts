import { setTimeout as delay } from 'node:timers/promises'
import { CommandFailed } from '../command.ts'

const timeout = 15_000

/** What `look` finds once it finds something. `what` ends the sentence "I waited 15 seconds, but …". */
export const until = async <T>(what: string, look: () => Promise<T | undefined>): Promise<T> => {
  for (const deadline = Date.now() + timeout; ; await delay(25)) {
    const found = await look()
    if (found !== undefined) return found
    if (Date.now() > deadline) throw new CommandFailed(`I waited ${timeout / 1000} seconds, but ${what}.`)
  }
}
