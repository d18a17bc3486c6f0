import { describe } from 'vitest'
import { conversationsContract } from './conversations.contract.ts'
import { implementations } from './subject.ts'

describe.each(implementations())('conversations: $name', ({ open }) => conversationsContract(open))
