import { describe } from 'vitest'
import { partsContract } from './parts.contract.ts'
import { implementations } from './subject.ts'

describe.each(implementations())('parts: $name', ({ open }) => partsContract(open))
