import { describe } from 'vitest'
import { contactsByHandContract } from './contacts-by-hand.contract.ts'
import { implementations } from './subject.ts'

describe.each(implementations())('contacts made by hand: $name', ({ open }) => contactsByHandContract(open))
