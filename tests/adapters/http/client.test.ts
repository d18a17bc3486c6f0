import { describe, expect, test } from 'vitest'
import type { IntroduceVisitorCommand } from '../../../src/application/visitors/introduce-visitor.ts'
import { err, ok } from '../../../src/domain/shared/result.ts'
import { base, call, createApp, ida, inbox, key, talk } from './client-support.ts'
import { now } from './support.ts'

test('an inbox is shown without its texts, to whoever knows its identifier', async () => {
  const app = createApp()
  const { status, body, headers } = await call(app, base)
  expect([status, headers.get('cache-control'), app.asked]).toEqual([200, 'no-store', [['api']]])
  expect(body).toEqual({
    ...{ identifier: 'identifier-1', name: 'Our app', timezone: 'UTC', working_hours: expect.any(Array), working_hours_enabled: false },
    ...{ csat_survey_enabled: false, greeting_enabled: false, identity_validation_enabled: false },
  })
  expect(await call(app, `${base}x`)).toMatchObject({ status: 404, body: { code: 'resource.unknown' } })
})

test('pages of any site may call it, and are told what they may send', async () => {
  const app = createApp()
  const asks = { method: 'OPTIONS', headers: { origin: 'https://shop.test', 'access-control-request-method': 'PATCH' } }
  const preflight = await call(app, `${base}/contacts`, asks)
  expect([preflight.status, preflight.headers.get('access-control-allow-origin')]).toEqual([204, '*'])
  expect(preflight.headers.get('access-control-allow-methods')).toContain('PATCH')
  expect(preflight.headers.get('access-control-allow-credentials')).toBeNull()
  for (const path of [base, `${base}/contacts/nobody`]) expect((await call(app, path)).headers.get('access-control-allow-origin')).toBe('*')
  expect((await call(app, base, { method: 'DELETE' })).status).toBe(405)
})

describe('somebody', () => {
  test('is introduced, and told what they said', async () => {
    const commands: IntroduceVisitorCommand[] = []
    const app = createApp({
      introduceVisitor: async (command) => {
        commands.push(command)
        return ok({ sourceId: key })
      },
    })
    const json = { identifier: 'u1', identifier_hash: 'h', name: 'Ida', email: '', custom_attributes: { plan: 'a' } }
    const { status, body } = await call(app, `${base}/contacts`, { json })
    expect([status, body]).toEqual([
      ...[200, { id: 8, source_id: key, name: 'Ida', email: 'ida@x.test', phone_number: '+491', pubsub_token: '' }],
    ])
    expect(commands).toEqual([
      {
        ...{ inbox, sourceId: undefined, identifier: 'u1', identifierHash: 'h', name: 'Ida', email: undefined },
        ...{ phoneNumber: undefined, avatarUrl: undefined, customAttributes: { plan: 'a' } },
      },
    ])
    const form = new FormData()
    form.set('name', 'Ida')
    expect((await call(app, `${base}/contacts`, { form })).status).toBe(200)
    const large = { custom_attributes: { text: 'x'.repeat(70_000) } }
    expect(await call(app, `${base}/contacts`, { json: large })).toMatchObject({ status: 413 })
    expect(await call(app, `${base}/contacts`, { json: { avatar_url: 'file:///x' } })).toMatchObject({ status: 422 })
    expect(commands).toHaveLength(2)
  })

  test.each([
    ['identity.required', 401],
    ['identity.wrong', 401],
    ['visitor.source_id_unknown', 422],
    ['contact.email_invalid', 422],
    ['contact.attributes_too_large', 422],
  ] as const)('who may not hears %s', async (code, status) => {
    const app = createApp({ introduceVisitor: async () => err({ code }) })
    const told = await call(app, `${base}/contacts`, { json: {} })
    expect([told.status, told.body.code, told.body.error]).toEqual([status, code, expect.stringMatching(/\.$/)])
  })

  test('is shown what is theirs, and changes it', async () => {
    const app = createApp({ changeVisitor: async () => ok(null) })
    expect((await call(app, `${base}/contacts/${key}`)).body).toMatchObject({ source_id: key, name: 'Ida' })
    const changed = await call(app, `${base}/contacts/${key}`, { method: 'PATCH', json: { name: 'Ida' } })
    expect([changed.status, changed.text.includes('INTERNAL')]).toEqual([200, false])
    expect(changed.body).toMatchObject({ id: 8, name: 'Ida', identifier: null, created_at: new Date(now).toISOString() })
    const refused = createApp({ changeVisitor: async () => err({ code: 'visitor.set_apart' }) })
    expect(await call(refused, `${base}/contacts/${key}`, { method: 'PATCH', json: {} })).toMatchObject({ status: 403 })
  })

  test('whose source id opens nothing is not there; who proved nothing is not let in where that is asked for', async () => {
    const paths = [`${base}/contacts/nobody`, `${base}/contacts/nobody/conversations`, `${base}/contacts/nobody/conversations/7/messages`]
    for (const path of paths) expect(await call(createApp(), path)).toMatchObject({ status: 404, body: { code: 'visitor.unknown' } })
    const strict = { ...inbox, hmacMandatory: true }
    for (const path of [`${base}/contacts/${key}`, talk, `${talk}/messages`]) {
      expect(await call(createApp({}, { where: strict }), path)).toMatchObject({ status: 401, body: { code: 'identity.required' } })
      expect((await call(createApp({}, { who: { ...ida, access: 'proven' }, where: strict }), path)).status).toBe(200)
    }
  })

  test('who was made one with another sees nothing of them', async () => {
    const app = createApp(
      {},
      { who: { ...ida, access: 'apart', contact: { ...ida.contact, name: 'SOMEBODY ELSE', identifier: 'SOMEBODY' } } },
    )
    for (const path of [`${base}/contacts/${key}`, talk, `${talk}/messages`]) {
      const { status, text } = await call(app, path)
      expect([status, text.includes('SOMEBODY'), text.includes('"Ida"')]).toEqual([200, false, false])
    }
  })

  test('is named in no line of the log', async () => {
    const app = createApp()
    await call(app, `${talk}/messages`)
    const lines = JSON.stringify(app.lines)
    expect([lines.includes(key), lines.includes('/contacts/…/conversations/7/messages')]).toEqual([false, true])
  })
})
