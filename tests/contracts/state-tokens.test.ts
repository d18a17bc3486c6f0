import { describe } from 'vitest'
import { stateTokensContract } from './state-tokens.contract.ts'
import { implementations } from './subject.ts'

describe.each(implementations())('state tokens: $name', ({ open }) => stateTokensContract(open))
