import { createCompleteConnection } from '#application/inboxes/complete-connection.ts'
import { createRefreshCredential } from '#application/inboxes/refresh-credential.ts'
import { createRefreshCredentials } from '#application/inboxes/refresh-credentials.ts'
import { createSaveConnection } from '#application/inboxes/save-connection.ts'
import type { Channel, ChannelAccess, ChannelError, RefreshedToken } from '#application/ports/channel.ts'
import type { LogFields, Logger } from '#application/ports/logger.ts'
import type { SentPart } from '#application/ports/outgoing.ts'
import type { StateTokens } from '#application/ports/state-tokens.ts'
import { days, hours } from '#domain/shared/instant.ts'
import { err, ok, type Result } from '#domain/shared/result.ts'
import { inboxChanges } from '../fakes/events.ts'
import { createProvider, startDelivery } from './delivery-scene.ts'
import { openVault } from './support.ts'

export const refusal = (code: Exclude<ChannelError['code'], 'channel.rejected'>, detail: Partial<ChannelError['detail']> = {}) =>
  err<ChannelError>({ code, detail: { message: `The provider says ${code}.`, ...detail } })

/** What happens to one refresh: is it carried out, and what is heard of it? Undefined: the truth. */
export interface Weather {
  /** What a refresh says of permissions. */
  readonly permissions?: readonly string[]
  readonly taken: boolean
  readonly heard: Result<never, ChannelError> | undefined
}

export const fair: Weather = { taken: true, heard: undefined }

interface Issued {
  readonly account: string
  readonly issuedAt: number
  readonly expiresAt: number
}

/** Issues and refreshes tokens by Instagram's rules, in a time that the test moves. */
const createTokenOffice = (now: () => number) => {
  const tokens = new Map<string, Issued>()
  const refreshes = new Map<string, number[]>()
  const revoked = new Set<string>()
  const issue = (account: string): RefreshedToken => {
    const token = `token ${tokens.size + 1} of ${account}`
    const life = { issuedAt: now(), expiresAt: now() + days(60) }
    tokens.set(token, { account, ...life })
    return { token, ...life }
  }
  const known = (token: string): Issued | undefined => {
    const issued = tokens.get(token)
    return issued && !revoked.has(token) && now() < issued.expiresAt ? issued : undefined
  }
  const refresh = (token: string): Result<RefreshedToken, ChannelError> => {
    const old = known(token)
    if (!old) return refusal('channel.unauthorized', { providerCode: '190' })
    if (now() - old.issuedAt < hours(24)) return err({ code: 'channel.rejected', class: 'invalid', detail: { message: 'Too young.' } })
    refreshes.set(old.account, [...(refreshes.get(old.account) ?? []), now()])
    return ok(issue(old.account))
  }
  const revoke = (account: string): void => {
    for (const [token, issued] of tokens) if (issued.account === account) revoked.add(token)
  }
  return { issue, refresh, known, revoke, refreshes }
}

const createRecorder = (lines: { event: string; fields: LogFields }[]): Logger => {
  const write = (event: string, fields: LogFields = {}) => void lines.push({ event, fields })
  return { debug: write, info: write, warn: write, error: write, with: () => createRecorder(lines) }
}

/** Accounts of a provider that are connected by sign-ins, whose jobs run when the test says so. */
export const startConnections = async (more: Partial<Channel> = {}) => {
  const delivery = createProvider()
  const weather = { of: (_account: string): Weather => fair, isDown: false }
  let office: ReturnType<typeof createTokenOffice> | undefined
  const open = () => office ?? createTokenOffice(() => 0)

  const send = async (part: Parameters<typeof delivery.send>[0], access: ChannelAccess): Promise<Result<SentPart, ChannelError>> => {
    if (weather.isDown) return refusal('channel.unavailable', { outage: true })
    if (!open().known(access.token)) return refusal('channel.unauthorized', { providerCode: '190' })
    return delivery.send(part, access)
  }
  const refresh = async ({ channelKey, token }: ChannelAccess): Promise<Result<RefreshedToken, ChannelError>> => {
    if (weather.isDown) return refusal('channel.unavailable', { outage: true })
    const { taken, heard, permissions } = weather.of(channelKey)
    const answer = taken ? open().refresh(token) : undefined
    if (answer?.ok && permissions && !heard) return ok({ ...answer.value, permissions })
    return heard ?? answer ?? refusal('channel.unavailable')
  }
  const oauth = {
    authorizeUrl: async () => ok(''),
    exchange: async ({ code }: { readonly code: string }) =>
      ok({ channelKey: code, alternateKey: null, providerName: code, accountType: null, permissions: [], ...open().issue(code) }),
  }

  const scene = await startDelivery(send, { refresh, oauth, ...more })
  const { world, time, accountId, userId, channels } = scene
  const { unitOfWork } = world
  const clock = { now: () => time.now }
  office = createTokenOffice(clock.now)
  const lines: { event: string; fields: LogFields }[] = []
  let drawn = 0
  const stateTokens: StateTokens = {
    issue: async () => '',
    open: async (_token, purpose) => ok({ accountId, userId, purpose, id: `state ${++drawn}`, expiresAt: time.now + 1 }),
  }
  const subscribeWebhooks = async () => ({ done: true }) as const
  const saveConnection = createSaveConnection({ vault: openVault, unitOfWork, subscribeWebhooks, wakeIntake: () => {} })
  const completeConnection = createCompleteConnection({ channels, stateTokens, unitOfWork, clock, saveConnection })
  const refreshCredentials = createRefreshCredentials({ unitOfWork, clock })
  const refreshCredential = createRefreshCredential({ channels, unitOfWork, vault: openVault, clock, logger: createRecorder(lines) })

  /** Signs in; answers the inbox. */
  const connect = async (account: string): Promise<number> => {
    const connected = await completeConnection({ channel: 'test', state: 'any', redirectUri: '', answer: { code: account } })
    if (!connected.ok) throw new Error(connected.error.code)
    return connected.value.inboxId
  }
  await connect('shop')

  /** What the scheduled job does, and the jobs that it asks for. */
  const refreshDue = async (): Promise<void> => {
    await refreshCredentials()
    const waiting = world.look(({ jobs }) =>
      [...jobs].flatMap(([id, { job }]) => (job.name === 'refresh-credential' ? [{ id, payload: job.payload }] : [])),
    )
    world.arrange(({ jobs }) => {
      for (const { id } of waiting) jobs.delete(id)
    })
    for (const { payload } of waiting) await refreshCredential(payload)
  }

  const connection = async (inboxId: number) => (await world.queries.inbox(accountId, inboxId))?.connection

  /** The states that were told of, oldest first: `before > after`. */
  const told = (inboxId: number): string[] =>
    world
      .look(({ businessEvents }) => inboxChanges(businessEvents))
      .filter(({ payload }) => payload.inbox_id === inboxId)
      .flatMap(({ payload }) => payload.changed_attributes.flatMap(({ connection_state: state }) => state ?? []))
      .map((state) => `${state.previous_value} > ${state.current_value}`)

  return { ...scene, delivery, weather, office, connect, refreshDue, refreshCredential, connection, told, lines }
}

export type Connections = Awaited<ReturnType<typeof startConnections>>
