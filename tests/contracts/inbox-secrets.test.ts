import { describe } from 'vitest'
import { inboxSecretsContract } from './inbox-secrets.contract.ts'
import { implementations } from './subject.ts'

describe.each(implementations())('inbox secrets: $name', ({ open }) => inboxSecretsContract(open))
