import { describe } from 'vitest'
import { conversationQueriesContract } from './conversation-queries.contract.ts'
import { implementations } from './subject.ts'

describe.each(implementations())('conversation queries: $name', ({ open }) => conversationQueriesContract(open))
