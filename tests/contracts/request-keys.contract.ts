import { expect, test } from 'vitest'
import { createUploadIds } from '#adapters/crypto/upload-ids.ts'
import { createRenderTemplate } from '#adapters/liquid/render-template.ts'
import { createSendMessage } from '#application/messages/send-message.ts'
import { keyLifetime } from '#application/messages/write-once.ts'
import type { KeyClaim, KeyedRequest } from '#application/ports/request-keys.ts'
import type { Tx } from '#application/ports/unit-of-work.ts'
import { err } from '#domain/shared/result.ts'
import { commit, converse, fresh, noon, openOffice } from './scenario.ts'
import { type OpenSubject, shared } from './subject.ts'

export const requestKeysContract = (open: OpenSubject): void => {
  const subject = shared(open)
  const run = <T>(work: (tx: Tx) => Promise<T>): Promise<T> => commit(subject().unitOfWork, work)
  const start = async (): Promise<KeyedRequest> => {
    const { accountId, userId } = await openOffice(subject())
    return { accountId, userId, address: 'POST /here', key: fresh('key'), digest: 'a'.repeat(64) }
  }
  const claim = (request: KeyedRequest, at = noon): Promise<KeyClaim> => run((tx) => tx.requestKeys.claim(request, at, at - keyLifetime))
  const settle = (request: KeyedRequest, messageId: number, at = noon) =>
    run(async (tx) => {
      expect(await tx.requestKeys.claim(request, at, at - keyLifetime)).toEqual({ state: 'first' })
      await tx.requestKeys.settle(request, messageId)
    })

  test('a key stands for the request that brought it first, and for what that was answered', async () => {
    const request = await start()
    await settle(request, 7)
    const done = { state: 'done', digest: request.digest, messageId: 7 }
    expect(await claim({ ...request, digest: 'b'.repeat(64) })).toEqual({ ...done, answer: null })
    const answer = '{"content":"half \\ud83d and \\u0000 nul","b":1,"a":[ 2 ]}'
    await run((tx) => tx.requestKeys.keepAnswer(request, answer))
    expect(await claim(request)).toEqual({ ...done, answer })
  })

  test('the same key of another user, account or address is another one', async () => {
    const [request, elsewhere] = [await start(), await start()]
    await settle(request, 7)
    const { key, digest } = request
    const others = [
      { ...request, userId: elsewhere.userId },
      { ...request, accountId: elsewhere.accountId },
      { ...request, address: 'POST /there' },
      { ...elsewhere, key, digest },
    ]
    for (const other of others) expect(await claim(other)).toEqual({ state: 'first' })
  })

  test('what was not committed, or committed without a message, leaves its key free', async () => {
    const request = await start()
    const refused = await subject().unitOfWork.run(async (tx) => {
      await tx.requestKeys.claim(request, noon, 0)
      await tx.requestKeys.settle(request, 7)
      return err('no')
    })
    expect(refused).toEqual(err('no'))
    expect(await claim(request)).toEqual({ state: 'first' })
    expect(await claim(request)).toEqual({ state: 'first' })
  })

  test('a key is free again after its time, and nothing is left of the first request', async () => {
    const request = await start()
    await settle(request, 7)
    await run((tx) => tx.requestKeys.keepAnswer(request, '{}'))
    expect(await claim(request, noon + keyLifetime - 1)).toMatchObject({ state: 'done', messageId: 7 })
    const again = { ...request, digest: 'b'.repeat(64) }
    await settle(again, 8, noon + keyLifetime)
    expect(await claim(request, noon + keyLifetime)).toEqual({ state: 'done', digest: again.digest, messageId: 8, answer: null })
  })

  test('old keys go in batches', async () => {
    const [one, two, young] = [await start(), await start(), await start()]
    await settle(one, 1, noon - 100_000_000)
    await settle(two, 2, noon - 100_000_000)
    await settle(young, 3)
    const prune = (limit: number) => run((tx) => tx.requestKeys.prune(noon - keyLifetime, limit))
    expect([await prune(1), await prune(5), await prune(5)]).toEqual([1, 1, 0])
    expect(await claim(young)).toMatchObject({ state: 'done' })
  })

  test('20 who send one request at once make one message, and all hear of it', async () => {
    const office = await openOffice(subject())
    const conversation = await converse(subject(), office)
    const { accountId, displayId } = conversation
    const send = createSendMessage({
      channels: new Map(),
      renderTemplate: createRenderTemplate(),
      unitOfWork: subject().unitOfWork,
      uploadIds: createUploadIds([new Uint8Array(32)], ''),
      clock: { now: () => noon },
    })
    const request = { ...(await start()), accountId, userId: office.userId }
    const author = { kind: 'user', id: office.userId } as const
    const once = () => send({ accountId, displayId, author, content: 'One.', private: false, contentAttributes: {}, request })
    const answers = await Promise.all(Array.from({ length: 20 }, once))
    const sent = answers.map((answer) => (answer.ok ? answer.value : undefined))
    expect(new Set(sent.map((each) => each?.messageId)).size).toBe(1)
    expect(sent.filter((each) => each?.repeated === undefined)).toHaveLength(1)
    expect((await subject().queries.thread(accountId, conversation.displayId, {}))?.messages).toHaveLength(1)
  })
}
