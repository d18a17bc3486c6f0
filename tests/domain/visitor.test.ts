import { describe, expect, test } from 'vitest'
import { puttingAside, saidOf, setAside, taking } from '#domain/contact/claims.ts'
import { type MergeableContact, mergedContact } from '#domain/contact/merged-contact.ts'
import { type ClientAccess, isTheirs, mayEnter, seesAll } from '#domain/contact/visitor.ts'

const nobody: MergeableContact = {
  name: 'Visitor',
  email: null,
  phoneNumber: null,
  identifier: null,
  blocked: false,
  avatarUrl: null,
  additionalAttributes: { city: 'Bonn' },
  customAttributes: {},
  lastActivityAt: null,
}

describe('what a source id opens', () => {
  test.each<[ClientAccess, boolean, boolean, boolean]>([
    ['guest', false, true, false],
    ['apart', false, false, false],
    ['known', true, true, false],
    ['proven', true, true, true],
  ])('of somebody who is %s', (access, entersAnyway, theirs, all) => {
    expect([mayEnter(access, true), isTheirs(access), seesAll(access)]).toEqual([entersAnyway, theirs, all])
    expect(mayEnter(access, false)).toBe(true)
  })
})

describe('what somebody says of themselves', () => {
  test('is taken, or put aside while another has it, and said back to them in either case', () => {
    const taken = taking(nobody, 'email', 'a@x.test')
    const aside = puttingAside(taken, 'email', 'b@x.test')
    expect([taken.email, saidOf(taken, 'email'), taken.additionalAttributes]).toEqual(['a@x.test', 'a@x.test', { city: 'Bonn' }])
    expect([aside.email, saidOf(aside, 'email')]).toEqual(['a@x.test', 'b@x.test'])
    expect(aside.additionalAttributes).toEqual({ city: 'Bonn', unverified: { email: 'b@x.test' } })
    const both = puttingAside(aside, 'phoneNumber', '+49301')
    expect([setAside(both), saidOf(both, 'phoneNumber')]).toEqual([{ email: 'b@x.test', phone_number: '+49301' }, '+49301'])
    const later = taking(both, 'email', 'b@x.test')
    expect([later.email, setAside(later), saidOf(nobody, 'email')]).toEqual(['b@x.test', { phone_number: '+49301' }, null])
  })

  test('says nothing of whom they are made one with', () => {
    const guest = puttingAside(nobody, 'identifier', 'user-1')
    const known = { ...nobody, identifier: 'user-2' }
    for (const merged of [mergedContact(known, guest), mergedContact(guest, known)]) {
      expect([merged.identifier, merged.additionalAttributes]).toEqual(['user-2', { city: 'Bonn' }])
    }
  })
})
