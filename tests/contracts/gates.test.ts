import { describe } from 'vitest'
import { gatesContract } from './gates.contract.ts'
import { implementations } from './subject.ts'

describe.each(implementations())('gates: $name', ({ open }) => gatesContract(open))
