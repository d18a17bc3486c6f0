import { describe } from 'vitest'
import { inboxesContract } from './inboxes.contract.ts'
import { implementations } from './subject.ts'

describe.each(implementations())('inboxes: $name', ({ open }) => inboxesContract(open))
