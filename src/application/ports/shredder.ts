/** What a database deletes stays in its files for a while, readable for whoever has the disk. */
export interface Shredder {
  /** Resolves when that is over, where the files are ours alone; at once where a database server has them. */
  shred(): Promise<void>
}
