import { describe } from 'vitest'
import { gapFillsContract } from './gap-fills.contract.ts'
import { implementations } from './subject.ts'

describe.each(implementations())('gap fills: $name', ({ open }) => gapFillsContract(open))
