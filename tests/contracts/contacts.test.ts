import { describe } from 'vitest'
import { contactsContract } from './contacts.contract.ts'
import { implementations } from './subject.ts'

describe.each(implementations())('contacts: $name', ({ open }) => contactsContract(open))
