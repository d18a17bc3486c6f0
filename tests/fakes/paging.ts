export const pageOf = <Row>(rows: readonly Row[], page: number, perPage: number): Row[] => {
  const first = Number.isSafeInteger(page) && page > 1 ? (page - 1) * perPage : 0
  return rows.slice(first, first + perPage)
}

/** As PostgreSQL compares text under the `C` collations of the tests: by code point. */
export const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
