import type { MediaKey } from '#domain/media/media-key.ts'

/** Bytes of a file, both ends counted from 0 and included. */
export interface ByteRange {
  readonly from: number
  readonly to: number
}

/** What was written. */
export interface WrittenFile {
  /** Bytes. */
  readonly size: number
  /** SHA-256 of all of it, in lower-case hexadecimal. */
  readonly digest: string
}

export interface StoredFile {
  readonly key: MediaKey
  /** Bytes. */
  readonly size: number
}

/**
 * Files by key, in whatever keeps them: a folder, a bucket. Nothing here is part of a transaction, so a row says that there is a file,
 * and a file of which no row knows is rubbish. A key that is no media key throws.
 */
export interface MediaStore {
  /**
   * Keeps everything that `content` yields, in place of what was there. Where it throws, or `content` does, what was there stays as
   * it was. What it answered for survives the end of the process.
   */
  put(key: MediaKey, content: AsyncIterable<Uint8Array>): Promise<WrittenFile>
  /**
   * The file, or the part of it that `range` names, which must begin inside the file and may reach beyond it. Undefined where there
   * is none. The stream has to be read or cancelled.
   */
  open(key: MediaKey, range?: ByteRange): Promise<{ readonly size: number; readonly stream: ReadableStream<Uint8Array> } | undefined>
  /** Removes those that are there. */
  remove(keys: readonly MediaKey[]): Promise<void>
  /** The files whose keys begin with `prefix` (empty: all), in the order of their keys. One that is being put or removed may be missing. */
  list(prefix: string): AsyncIterable<StoredFile>
}
