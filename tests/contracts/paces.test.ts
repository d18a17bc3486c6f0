import { describe } from 'vitest'
import { pacesContract } from './paces.contract.ts'
import { implementations } from './subject.ts'

describe.each(implementations())('paces: $name', ({ open }) => pacesContract(open))
