import { describe } from 'vitest'
import { intakeJsonContract } from './intake-json.contract.ts'
import { implementations } from './subject.ts'

describe.each(implementations())('intake json: $name', ({ open }) => intakeJsonContract(open))
