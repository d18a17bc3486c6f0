import { describe } from 'vitest'
import { implementations } from './subject.ts'
import { typingContract } from './typing.contract.ts'

describe.each(implementations())('typing: $name', ({ open }) => typingContract(open))
