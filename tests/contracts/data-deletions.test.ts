import { describe } from 'vitest'
import { dataDeletionsContract } from './data-deletions.contract.ts'
import { implementations } from './subject.ts'

describe.each(implementations())('data deletions: $name', ({ open }) => dataDeletionsContract(open))
