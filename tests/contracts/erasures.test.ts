import { describe } from 'vitest'
import { erasuresContract } from './erasures.contract.ts'
import { implementations } from './subject.ts'

describe.each(implementations())('erasures: $name', ({ open }) => erasuresContract(open))
