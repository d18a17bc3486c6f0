import { open, rename, rm } from 'node:fs/promises'

/** Readable by this user alone, and on the disk when it returns. */
const writeFile = async (path: string, content: ReadableStream<Uint8Array>): Promise<void> => {
  const file = await open(path, 'wx', 0o600)
  try {
    for await (const chunk of content) await file.writeFile(chunk)
    await file.sync()
  } finally {
    await file.close()
  }
}

/** Writes a file that appears under its name when it is whole and `check` found it good; until then it has another one. */
export const saveFile = async <T>(path: string, content: ReadableStream<Uint8Array>, check: (draft: string) => Promise<T>): Promise<T> => {
  const draft = `${path}.part-${process.pid}`
  try {
    await writeFile(draft, content)
    const found = await check(draft)
    await rename(draft, path)
    return found
  } finally {
    await rm(draft, { force: true })
  }
}
