import { describe, expect, test } from 'vitest'
import { days, hours, minutes } from '#domain/shared/instant.ts'
import { startConnections } from './connection-scene.ts'

const texts = (scene: Awaited<ReturnType<typeof startConnections>>, type: string): (string | null)[] =>
  [...scene.world.state().messages.values()].filter((message) => message.type === type).map(({ content }) => content)

describe('an inbox whose token the provider refuses', () => {
  test('keeps what comes in, holds what goes out, tells of it once, and sends the oldest first when it is connected again', async () => {
    const scene = await startConnections()
    const { office, inboxId, meet, say, work, standing, time, delivery, connect, connection, told } = scene
    const conversation = await meet('someone')
    office.revoke('shop')
    const sent: number[] = []
    for (const n of [1, 2, 3]) {
      sent.push(await say(conversation, `answer ${n}`))
      await work(time.now + minutes(1))
    }
    const other = await meet('somebody else')
    sent.push(await say(other, 'answer 4'))
    await work(time.now + hours(3))
    expect(sent.map((id) => standing(id).state)).toEqual(['held', 'queued', 'queued', 'held'])
    expect(sent.map((id) => standing(id).status)).toEqual(['sent', 'sent', 'sent', 'sent'])
    expect(texts(scene, 'incoming')).toEqual(['hello', 'hello'])
    expect(await connection(inboxId)).toMatchObject({
      state: 'reauthorization_required',
      lastError: 'The provider says channel.unauthorized.',
    })
    expect(told(inboxId)).toEqual(['connected > reauthorization_required'])

    expect(await connect('shop')).toBe(inboxId)
    await work(time.now + minutes(1))
    expect(delivery.texts().filter((text) => text !== 'answer 4')).toEqual(['answer 1', 'answer 2', 'answer 3'])
    expect(delivery.texts()).toContain('answer 4')
    expect(await connection(inboxId)).toMatchObject({ state: 'connected', lastError: null })
    expect(told(inboxId)).toEqual(['connected > reauthorization_required', 'reauthorization_required > connected'])
  })

  test('or whose token has ended: nobody is called with it, also before the job has seen that', async () => {
    const scene = await startConnections()
    const { inboxId, meet, say, work, standing, time, delivery, connect, connection, told, refreshDue } = scene
    time.now += days(60)
    const conversation = await meet('someone')
    const id = await say(conversation, 'late')
    await work(time.now)
    expect(delivery.calls).toEqual([])
    expect([standing(id).state, told(inboxId)]).toEqual(['held', []])
    await refreshDue()
    expect((await connection(inboxId))?.state).toBe('reauthorization_required')
    expect(told(inboxId)).toEqual(['connected > reauthorization_required'])
    await connect('shop')
    await work(time.now)
    expect(delivery.texts()).toEqual(['late'])
  })

  test('tells what it tells in the names of the API', async () => {
    const { office, world, inboxId, accountId, meet, say, work, time } = await startConnections()
    const conversation = await meet('someone')
    office.revoke('shop')
    await say(conversation, 'held')
    await work(time.now)
    const changed_attributes = [
      { connection_state: { previous_value: 'connected', current_value: 'reauthorization_required' } },
      { reauthorization_required: { previous_value: false, current_value: true } },
    ]
    expect([...world.state().businessEvents.values()]).toEqual([
      { accountId, name: 'inbox_updated', payload: { inbox_id: inboxId, changed_attributes }, at: time.now },
    ])
  })

  test('stays connected where the token that was refused has been replaced in the meantime', async () => {
    const { office, weather, delivery, inboxId, meet, say, work, time, connect, connection, told } = await startConnections()
    const conversation = await meet('someone')
    const id = say(conversation, 'with the old one')
    office.revoke('shop')
    time.now += 1
    let connecting: Promise<number> | undefined
    const isKnown = office.known
    office.known = (token) => {
      connecting ??= connect('shop')
      return isKnown(token)
    }
    await id
    await work(time.now)
    await connecting
    await work(time.now + minutes(5))
    expect(weather.isDown).toBe(false)
    expect((await connection(inboxId))?.state).toBe('connected')
    expect(delivery.texts()).toEqual(['with the old one'])
    expect(told(inboxId)).toEqual([])
  })
})
