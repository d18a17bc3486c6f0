import { Broken, failureOf, mostHops, redirectOf, refused, tooLarge, unavailable } from '#adapters/media/broken.ts'
import type { WebAddress } from '#adapters/media/web-address.ts'
import { upTo } from '#application/media/up-to.ts'
import type { DownloadLimits, Downloads } from '#application/ports/downloads.ts'
import { err, ok } from '#domain/shared/result.ts'

/** What one request was answered. */
export interface Answer {
  readonly status: number
  header(name: 'content-length' | 'location' | 'retry-after'): string | null | undefined
  /** As it is once it is unpacked; throws where it breaks off. */
  content(): AsyncIterable<Uint8Array> | Iterable<Uint8Array>
  /** Nobody reads any more of it. */
  discard(): void
}

/** A way to ask the web. */
interface Way {
  /** Undefined where that address may not be asked. */
  parse(text: string, base?: URL): WebAddress | undefined
  ask(target: WebAddress, signal: AbortSignal): Promise<Answer>
}

async function* counted(answer: Answer, most: number): AsyncGenerator<Uint8Array> {
  if (Number(answer.header('content-length') ?? 0) > most) throw new Broken(tooLarge)
  try {
    yield* upTo(most, answer.content(), () => new Broken(tooLarge))
  } catch (cause) {
    throw cause instanceof Broken ? cause : new Broken(unavailable, cause)
  }
}

/** Follows an address to its file, each hop checked like the first, and hands out no more of it than the limits say. */
export const createDownloads = ({ parse, ask }: Way): Downloads => {
  const follow = async (first: WebAddress, signal: AbortSignal): Promise<Answer> => {
    let target = first
    for (let hop = 0; hop < mostHops; hop++) {
      const answer = await ask(target, signal)
      const location = redirectOf(answer.status, answer.header('location'))
      const failure = location === undefined ? failureOf(answer.status, answer.header('retry-after')) : undefined
      if (location === undefined && !failure) return answer
      answer.discard()
      if (failure) throw new Broken(failure)
      const next = parse(location ?? '', target.url)
      if (!next) throw new Broken(refused)
      target = next
    }
    throw new Broken(unavailable)
  }

  return {
    async get<T>(text: string, limits: DownloadLimits, take: (content: AsyncIterable<Uint8Array>) => Promise<T>) {
      const target = parse(text)
      if (!target) return err(refused)
      const deadline = new AbortController()
      const timer = setTimeout(() => deadline.abort(), limits.time)
      let answer: Answer | undefined
      try {
        answer = await follow(target, deadline.signal)
        return ok(await take(counted(answer, limits.bytes)))
      } catch (error) {
        if (error instanceof Broken) return err(error.failure)
        // Nobody was reached.
        if (answer === undefined) return err(unavailable)
        throw error
      } finally {
        clearTimeout(timer)
        answer?.discard()
      }
    },
  }
}
