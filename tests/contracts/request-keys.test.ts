import { describe } from 'vitest'
import { requestKeysContract } from './request-keys.contract.ts'
import { implementations } from './subject.ts'

describe.each(implementations())('request keys: $name', ({ open }) => requestKeysContract(open))
