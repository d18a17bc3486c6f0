import { describe } from 'vitest'
import { implementations } from './subject.ts'
import { webhookTurnsContract } from './webhook-turns.contract.ts'

describe.each(implementations())('what software of the account’s own is due to be told: $name', ({ open }) => webhookTurnsContract(open))
