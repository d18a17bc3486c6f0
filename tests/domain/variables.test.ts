import { expect, test } from 'vitest'
import { mayNameVariables, type Surroundings, variablesOf } from '#domain/message/variables.ts'

const around: Surroundings = {
  contact: { id: 8, name: 'ada mcDonald  van Ö', email: 'ada@x.test', phoneNumber: '+49', customAttributes: { size: 'M' } },
  conversation: { displayId: 7, customAttributes: { order: 12 } },
  inbox: { id: 5, name: 'loft & seed' },
  account: { id: 1, name: 'shop' },
  agent: { id: 10, name: 'tess', email: 'tess@shop.test' },
}

test('everybody and everything has the names that Chatwoot gives them', () => {
  expect(variablesOf(around, 'Unknown (IG: 1)')).toEqual({
    contact: {
      ...{ id: 8, name: 'Ada McDonald Van Ö', first_name: 'Ada', last_name: 'Ö' },
      ...{ email: 'ada@x.test', phone_number: '+49', custom_attribute: { size: 'M' } },
    },
    agent: { id: 10, name: 'Tess', first_name: 'Tess', last_name: '', available_name: 'tess', email: 'tess@shop.test' },
    conversation: { display_id: 7, contact_name: 'Ada McDonald Van Ö', custom_attribute: { order: 12 } },
    inbox: { id: 5, name: 'loft & seed' },
    account: { id: 1, name: 'shop' },
  })
})

test('who has no name yet is called nothing, and nobody writes what nobody wrote', () => {
  for (const name of ['', '  ', 'Unknown (IG: 1)']) {
    const { contact, agent, conversation } = variablesOf(
      { ...around, contact: { ...around.contact, name }, agent: null },
      'Unknown (IG: 1)',
    )
    expect([contact.name, contact.first_name, contact.last_name, conversation.contact_name, agent]).toEqual(['', '', '', '', {}])
  }
  expect(variablesOf({ ...around, contact: { ...around.contact, name: '🕊️ ßa' } }, '').contact.name).toBe('🕊️ SSa')
})

test('a text without signs names nothing', () => {
  expect(['', 'Hi.', '{ }', '{', '%}', '}}'].filter(mayNameVariables)).toEqual([])
  expect(['{{', 'a {% b'].filter(mayNameVariables)).toHaveLength(2)
})
