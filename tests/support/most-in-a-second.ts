/** The most of these times, in order, that stand in any second, its end not included. */
export const mostInASecond = (times: readonly number[]): number => {
  let first = 0
  let most = 0
  for (const [n, at] of times.entries()) {
    while ((times[first] ?? 0) <= at - 1000) first++
    most = Math.max(most, n - first + 1)
  }
  return most
}
