import { readFileSync } from 'node:fs'

/** The arguments with which `npm start` calls node: its flags, and last the program. */
export const startArguments = (): readonly string[] => {
  const { scripts }: { scripts: { start: string } } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'))
  return scripts.start.split(' ').slice(1)
}
