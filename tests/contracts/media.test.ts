import { describe } from 'vitest'
import { mediaContract } from './media.contract.ts'
import { implementations } from './subject.ts'

describe.each(implementations())('media: $name', ({ open }) => mediaContract(open))
