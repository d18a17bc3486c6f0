import { describe } from 'vitest'
import { credentialsContract } from './credentials.contract.ts'
import { implementations } from './subject.ts'

describe.each(implementations())('credentials: $name', ({ open }) => credentialsContract(open))
