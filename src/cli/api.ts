export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

/** Calls Dovecote's REST API and answers its JSON; a refusal is thrown with the sentence that the API gave. */
export type Api = <Answer>(method: Method, path: string, body?: object) => Promise<Answer>

export class ApiRefusal extends Error {
  override readonly name = 'ApiRefusal'
  readonly status: number
  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}

/** Answers the body as it comes; a refusal is thrown like the API's. */
export type Download = (path: string) => Promise<ReadableStream<Uint8Array>>

type Send = (request: Request) => Promise<Response> | Response

const refusalOf = (answer: unknown): string | undefined => {
  if (typeof answer !== 'object' || answer === null) return undefined
  if ('error' in answer && typeof answer.error === 'string') return answer.error
  return 'message' in answer && typeof answer.message === 'string' ? answer.message : undefined
}

export const createApi =
  (baseUrl: string, token: string, send: Send = fetch): Api =>
  async <Answer>(method: Method, path: string, body?: object): Promise<Answer> => {
    const response = await send(
      new Request(`${baseUrl}${path}`, {
        method,
        headers: { api_access_token: token, ...(body ? { 'content-type': 'application/json' } : {}) },
        ...(body ? { body: JSON.stringify(body) } : {}),
      }),
    )
    // The contract of this API is ours: what it answers is what its caller names.
    const answer = (await response.json().catch(() => undefined)) as Answer
    if (!response.ok) throw new ApiRefusal(response.status, refusalOf(answer) ?? `${method} ${path} was answered ${response.status}.`)
    return answer
  }

export const createDownload =
  (baseUrl: string, token: string, send: Send = fetch): Download =>
  async (path) => {
    const response = await send(new Request(`${baseUrl}${path}`, { headers: { api_access_token: token } }))
    if (response.ok && response.body) return response.body
    const answer: unknown = await response.json().catch(() => undefined)
    throw new ApiRefusal(response.status, refusalOf(answer) ?? `GET ${path} was answered ${response.status}.`)
  }
