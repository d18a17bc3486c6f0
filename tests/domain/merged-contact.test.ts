import { expect, test } from 'vitest'
import { type MergeableContact, mergedContact } from '#domain/contact/merged-contact.ts'
import { unknownPerson } from '../support/unknown-person.ts'

const nobody: MergeableContact = { name: '', ...unknownPerson, lastActivityAt: null }

const ada: MergeableContact = {
  name: 'Ada',
  email: 'ada@x.test',
  phoneNumber: '+4930123',
  identifier: 'crm-1',
  blocked: true,
  avatarUrl: 'https://cdn/ada.jpg',
  additionalAttributes: { city: 'Berlin', social_profiles: { instagram: 'ada', github: 'ada' }, tags: ['a'] },
  customAttributes: { plan: 'pro', since: 2020 },
  lastActivityAt: 5,
}

const bob: MergeableContact = {
  ...ada,
  name: 'Bob',
  email: 'bob@x.test',
  blocked: false,
  additionalAttributes: { city: 'Bonn', country: 'DE', social_profiles: { instagram: 'bob', telegram: 'bob' }, tags: ['b'] },
  customAttributes: { plan: 'free', nested: { deep: { er: 1 } } },
  lastActivityAt: 9,
}

test('what the base has stands, what only the other one has is added, at any depth', () => {
  expect(mergedContact(ada, bob)).toEqual({
    ...ada,
    additionalAttributes: {
      city: 'Berlin',
      country: 'DE',
      social_profiles: { instagram: 'ada', github: 'ada', telegram: 'bob' },
      tags: ['a'],
    },
    customAttributes: { plan: 'pro', since: 2020, nested: { deep: { er: 1 } } },
    lastActivityAt: 9,
  })
})

test('a base without anything becomes the other one, but is blocked or not by itself', () => {
  expect(mergedContact(nobody, ada)).toEqual({ ...ada, blocked: false })
  expect(mergedContact({ ...nobody, name: ' ' }, ada).name).toBe('Ada')
  expect(mergedContact(ada, nobody)).toEqual(ada)
})

test('a key that JavaScript gives a meaning to is a key like any other', () => {
  const odd: unknown = JSON.parse('{"__proto__": {"a": 1}, "constructor": {"b": 2}}')
  const merged = mergedContact(
    { ...nobody, customAttributes: { own: 1 } },
    { ...nobody, customAttributes: odd as MergeableContact['customAttributes'] },
  )
  expect(Object.keys(merged.customAttributes).toSorted()).toEqual(['__proto__', 'constructor', 'own'])
  expect({}).not.toHaveProperty('a')
})
