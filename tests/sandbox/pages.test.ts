import { expect, test } from 'vitest'
import { startShop, startWorld, textsOf } from './support.ts'

const submit = (url: string, fields: Record<string, string>) =>
  fetch(url, { method: 'POST', body: new URLSearchParams(fields), redirect: 'manual' })

test('a person can make a business and a customer', async () => {
  const { url, client } = await startWorld()
  await submit(`${url}/businesses`, { name: 'Feather & <Co>' })
  const [business] = await client.businesses()
  expect(business).toMatchObject({ name: 'Feather & <Co>', username: 'feather_co_' })
  const created = await submit(`${url}/businesses/${business?.user_id}/customers`, { name: 'Otto' })
  expect(created.headers.get('location')).toMatch(/^\/customers\/\d+$/)
  const page = await (await fetch(`${url}/`)).text()
  expect(page).toContain('Feather &amp; &lt;Co&gt;')
  expect(page).toContain('Otto')
  expect(page).toContain('not connected')
})

test('a customer writes on the page and sees the answers', async () => {
  const { url, client, say, customer, receiver } = await startShop()
  const page = `${url}/customers/${customer.igsid}`
  await submit(`${page}/messages`, { text: 'Hello from the <page>' })
  const answer = await say('Hello, page')
  await submit(`${page}/messages`, { text: 'thanks' })
  await submit(`${page}/messages`, { photo: '1', text: '' })
  await client.idle()
  for (const address of [page, `${page}/thread`]) {
    const text = await (await fetch(address)).text()
    expect(text).toContain('Hello from the &lt;page&gt;')
    expect(text).toContain('Hello, page')
    expect(text).toContain('/media/sample.png')
  }
  expect(textsOf(receiver.received)).toEqual(['Hello from the <page>', 'Hello, page', undefined, 'thanks', undefined])
  expect((await client.messages(customer.igsid)).find(({ mid }) => mid === answer.body.message_id)?.seen).toBe(true)
})

test('pages of nobody are 404', async () => {
  const { url } = await startWorld()
  for (const path of ['/customers/1', '/customers/1/thread', '/media/secret.txt']) expect((await fetch(url + path)).status).toBe(404)
})
