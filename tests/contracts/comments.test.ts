import { describe } from 'vitest'
import { commentsContract } from './comments.contract.ts'
import { implementations } from './subject.ts'

describe.each(implementations())('comments: $name', ({ open }) => commentsContract(open))
