import { describe } from 'vitest'
import { arrivalsContract } from './arrivals.contract.ts'
import { implementations } from './subject.ts'

describe.each(implementations())('arrivals: $name', ({ open }) => arrivalsContract(open))
