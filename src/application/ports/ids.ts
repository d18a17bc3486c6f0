export interface Ids {
  /** A UUIDv7: unique everywhere, and later ones sort after earlier ones. */
  next(): string
}
