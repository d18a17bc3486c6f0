/** The schema that an archive's rows fit: the names of the migrations, and the checksum of each. */
export type ArchiveSchema = Readonly<Record<string, string>>

/** What stands at the head of an archive. */
export interface ArchiveHeader {
  readonly format: 1
  /** ISO 8601. */
  readonly madeAt: string
  readonly schema: ArchiveSchema
}

/** Where a kept file belongs: to the media, or beside the database as the installation's own secret. */
export type FileKind = 'media' | 'secret'

/**
 * A database as a list of lines: the rows of one table after the other, each as the JSON text of its columns' text forms, so that
 * nothing is read as anything on the way. Tables come after those that they refer to.
 */
export type DatabaseEntry =
  | { readonly kind: 'table'; readonly name: string; readonly columns: readonly string[] }
  | { readonly kind: 'row'; readonly json: string }
  /** The last number that a column gave out. */
  | { readonly kind: 'sequence'; readonly table: string; readonly column: string; readonly last: number; readonly isCalled: boolean }

/** Files follow the database; the bytes of each follow its name. */
export type FileEntry =
  | { readonly kind: 'file'; readonly of: FileKind; readonly name: string }
  | { readonly kind: 'bytes'; readonly base64: string }

export type ArchiveEntry = DatabaseEntry | FileEntry

/** What is in an archive, counted. */
export interface ArchiveContent {
  /** Rows by table. */
  readonly rows: Readonly<Record<string, number>>
  /** Files of the media. */
  readonly media: number
  /** The names of the installation's own secrets that are in it. */
  readonly secrets: readonly string[]
}
