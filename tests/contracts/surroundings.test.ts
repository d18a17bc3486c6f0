import { describe } from 'vitest'
import { implementations } from './subject.ts'
import { surroundingsContract } from './surroundings.contract.ts'

describe.each(implementations())('surroundings: $name', ({ open }) => surroundingsContract(open))
