import { describe } from 'vitest'
import { implementations } from './subject.ts'
import { visitorsContract } from './visitors.contract.ts'

describe.each(implementations())('visitors: $name', ({ open }) => visitorsContract(open))
