import type { PgBoss } from 'pg-boss'
import type { JobSpec } from '#application/jobs.ts'

/** Seconds for which a finished job is kept: what it was about stands in rows. */
const keepFinished = 3600

/** Creates each queue, or brings an existing one to what its spec says now. Safe to run from several processes at once. */
export const createQueues = async (boss: PgBoss, specs: Readonly<Record<string, JobSpec>>): Promise<void> => {
  for (const [name, spec] of Object.entries(specs)) {
    const options = {
      retryLimit: spec.retryLimit,
      retryDelay: spec.retryDelaySeconds,
      retryDelayMax: spec.retryDelayMaxSeconds,
      retryBackoff: true,
      expireInSeconds: spec.expireInSeconds,
      // A job commits with rows of ours, and a NOTIFY inside would have such commits wait for each other.
      notify: false,
      deleteAfterSeconds: keepFinished,
    }
    // `short`: of one key at most one job waits. A policy cannot be changed once the queue exists.
    await boss.createQueue(name, { ...options, policy: 'short' })
    await boss.updateQueue(name, options)
  }
}
