import { tmpdir } from 'node:os'
import { temporaryFolder } from '../support/temporary-folder.ts'

/** What is measured stands where a server's files stand, and not in memory as in tests. */
export const diskFolder = (): ReturnType<typeof temporaryFolder> => temporaryFolder(tmpdir())
