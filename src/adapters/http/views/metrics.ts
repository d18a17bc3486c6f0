import type { Queries } from '#application/ports/queries.ts'

type Counts = Awaited<ReturnType<Queries['intakeCounts']>>
type Backlog = Awaited<ReturnType<Queries['intakeBacklog']>>

/** Our own reasons are `noun.reason`; anything else is the sentence of an error, of which there is no end. */
const label = (reason: string | null): string => (reason === null ? '' : /^\w+\.\w+$/.test(reason) ? reason : 'error')

const merged = (counts: Counts): Map<string, number> => {
  const sums = new Map<string, number>()
  for (const { state, reason, count } of counts) {
    const labels = `state="${state}",reason="${label(reason)}"`
    sums.set(labels, (sums.get(labels) ?? 0) + count)
  }
  return sums
}

/** In the Prometheus text format. */
export const metricsText = (counts: Counts, { oldestMs }: Backlog): string =>
  [
    '# HELP dovecote_intake_events Events that were taken in and are not done, by state and reason.',
    '# TYPE dovecote_intake_events gauge',
    ...[...merged(counts)].map(([labels, count]) => `dovecote_intake_events{${labels}} ${count}`),
    '# HELP dovecote_intake_lag_seconds Age of the oldest event that waits to be applied.',
    '# TYPE dovecote_intake_lag_seconds gauge',
    `dovecote_intake_lag_seconds ${oldestMs / 1000}`,
    '',
  ].join('\n')
