import { describe } from 'vitest'
import { contactMergesContract } from './contact-merges.contract.ts'
import { implementations } from './subject.ts'

describe.each(implementations())('contact merges: $name', ({ open }) => contactMergesContract(open))
