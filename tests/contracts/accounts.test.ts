import { describe } from 'vitest'
import { accountsContract } from './accounts.contract.ts'
import { implementations } from './subject.ts'

describe.each(implementations())('accounts: $name', ({ open }) => accountsContract(open))
