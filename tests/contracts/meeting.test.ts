import { describe } from 'vitest'
import { meetingContract } from './meeting.contract.ts'
import { implementations } from './subject.ts'

describe.each(implementations())('meeting: $name', ({ open }) => meetingContract(open))
