import { describe } from 'vitest'
import { queriesContract } from './queries.contract.ts'
import { implementations } from './subject.ts'

describe.each(implementations())('queries: $name', ({ open }) => queriesContract(open))
