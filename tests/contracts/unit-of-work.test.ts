import { describe } from 'vitest'
import { implementations } from './subject.ts'
import { unitOfWorkContract } from './unit-of-work.contract.ts'

describe.each(implementations())('unit of work: $name', ({ open }) => unitOfWorkContract(open))
