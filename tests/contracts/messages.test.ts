import { describe } from 'vitest'
import { messagesContract } from './messages.contract.ts'
import { implementations } from './subject.ts'

describe.each(implementations())('messages: $name', ({ open }) => messagesContract(open))
