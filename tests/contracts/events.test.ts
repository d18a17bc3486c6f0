import { describe } from 'vitest'
import { eventsContract } from './events.contract.ts'
import { implementations } from './subject.ts'

describe.each(implementations())('business events: $name', ({ open }) => eventsContract(open))
