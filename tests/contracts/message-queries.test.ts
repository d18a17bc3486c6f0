import { describe } from 'vitest'
import { messageQueriesContract } from './message-queries.contract.ts'
import { implementations } from './subject.ts'

describe.each(implementations())('message queries: $name', ({ open }) => messageQueriesContract(open))
