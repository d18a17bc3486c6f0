import { describe } from 'vitest'
import { inboxSilenceContract } from './inbox-silence.contract.ts'
import { implementations } from './subject.ts'

describe.each(implementations())('inboxes that may be quiet: $name', ({ open }) => inboxSilenceContract(open))
