import { describe } from 'vitest'
import { implementations } from './subject.ts'
import { webhooksContract } from './webhooks.contract.ts'

describe.each(implementations())('webhooks: $name', ({ open }) => webhooksContract(open))
