const sorted = (values: readonly number[]): number[] => [...values].sort((a, b) => a - b)

/** The value below which a share of all values lies; NaN of none. */
export const percentile = (values: readonly number[], share: number): number => {
  const ordered = sorted(values)
  return ordered[Math.min(ordered.length - 1, Math.floor(ordered.length * share))] ?? Number.NaN
}

/** The middle of all values, or the mean of the two in the middle; NaN of none. */
export const median = (values: readonly number[]): number => {
  const ordered = sorted(values)
  const half = Math.floor(ordered.length / 2)
  const upper = ordered[half] ?? Number.NaN
  return ordered.length % 2 === 1 ? upper : ((ordered[half - 1] ?? Number.NaN) + upper) / 2
}

/** Three digits that mean something. */
export const rounded = (value: number): number => (Number.isFinite(value) ? Number(value.toPrecision(value >= 1000 ? 4 : 3)) : value)
