import type { Prepared } from './traffic.ts'

export interface PostsSpec {
  readonly count: number
  /** Part of every text: no two of one database may share it. */
  readonly label: string
  readonly accountId: number
  readonly token: string
  /** Display ids 1 to this are answered in turn. */
  readonly conversations: number
}

export const textOf = (label: string, n: number): string => `Yes, the blue one is still there. ${label}-${n}`

/** Answers of an agent by REST, each request as it goes over the wire; the last one is sent first. */
export const preparePosts = ({ count, label, accountId, token, conversations }: PostsSpec): Prepared[] =>
  Array.from({ length: count }, (_, n) => {
    const body = JSON.stringify({ content: textOf(label, n) })
    const path = `/api/v1/accounts/${accountId}/conversations/${1 + (n % conversations)}/messages`
    const head = `POST ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: application/json\r\nContent-Type: application/json\r\napi_access_token: ${token}`
    return { bytes: Buffer.from(`${head}\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`), hot: false }
  })
