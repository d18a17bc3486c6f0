import { describe } from 'vitest'
import { sealedValuesContract } from './sealed-values.contract.ts'
import { implementations } from './subject.ts'

describe.each(implementations())('sealed values: $name', ({ open }) => sealedValuesContract(open))
