export interface Company<Item, Done> {
  /** Does all of them, or throws and has done none. One that answers undefined was left out, and is to be done by itself. */
  together(items: readonly Item[]): Promise<readonly (Done | undefined)[]>
  alone(item: Item): Promise<Done>
  /** Items that go together. */
  readonly most: number
}

interface Waiting<Item, Done> {
  readonly item: Item
  resolve(done: Done | PromiseLike<Done>): void
  reject(reason: unknown): void
}

/**
 * What comes while others are being done waits for their end, and is then done together with all that came meanwhile. Nobody waits
 * for company that is not there. Where something fails in company, each of the company is done alone, so that only that one fails.
 */
export const inCompany = <Item, Done>({ together, alone, most }: Company<Item, Done>): ((item: Item) => Promise<Done>) => {
  const waiting: Waiting<Item, Done>[] = []
  let isBusy = false

  const serve = async (group: readonly Waiting<Item, Done>[]): Promise<void> => {
    try {
      const done = await together(group.map(({ item }) => item))
      for (const [n, { item, resolve }] of group.entries()) resolve(done[n] ?? alone(item))
    } catch (reason) {
      const [first] = group
      if (group.length === 1) first?.reject(reason)
      else for (const { item, resolve } of group) resolve(alone(item))
    }
  }

  const work = async (): Promise<void> => {
    if (isBusy) return
    isBusy = true
    // What begins at the same moment is in line by then.
    await Promise.resolve()
    while (waiting.length > 0) await serve(waiting.splice(0, most))
    isBusy = false
  }

  return (item) =>
    new Promise((resolve, reject) => {
      waiting.push({ item, resolve, reject })
      void work()
    })
}
