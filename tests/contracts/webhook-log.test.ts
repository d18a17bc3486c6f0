import { describe } from 'vitest'
import { implementations } from './subject.ts'
import { webhookLogContract } from './webhook-log.contract.ts'

describe.each(implementations())('what software of the account’s own was told: $name', ({ open }) => webhookLogContract(open))
