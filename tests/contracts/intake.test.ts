import { describe } from 'vitest'
import { intakeContract } from './intake.contract.ts'
import { implementations } from './subject.ts'

describe.each(implementations())('intake: $name', ({ open }) => intakeContract(open))
