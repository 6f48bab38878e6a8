import type { AskRows } from './rows.ts'
import { keyedDigest } from './secrets.ts'

/** How often somebody failed at one door of one address, whether anybody has that address or not. */
export interface Failures {
  /** Milliseconds until it may be tried again; 0: now. */
  wait(door: string, name: string): Promise<number>
  /** How many it are now. */
  count(door: string, name: string): Promise<number>
  forget(door: string, name: string): Promise<void>
}

/** After so many, each further one doubles the wait, from half a minute up to an hour. */
export const freeFailures = 5
const firstWaitSeconds = 30
const longestWaitSeconds = 3_600
/** Then all is forgotten. */
const memory = '24 hours'

export function createFailures(ask: AskRows, key: Uint8Array): Failures {
  return {
    async wait(door, name) {
      const [row] = await ask<{ wait: number }>(
        `select extract(epoch from last - now())::float8 * 1000
           + least(${longestWaitSeconds}, ${firstWaitSeconds} * power(2, least(failures - ${freeFailures}, 20))) * 1000 as wait
         from sign_in_failure where key = $1 and failures >= ${freeFailures} and last > now() - interval '${memory}'`,
        [keyedDigest(key, door, name)],
      )
      return Math.max(0, row?.wait ?? 0)
    },
    async count(door, name) {
      const [row] = await ask<{ failures: number }>(
        `insert into sign_in_failure (key, failures, last) values ($1, 1, now())
         on conflict (key) do update set last = now(), failures =
           case when sign_in_failure.last > now() - interval '${memory}' then sign_in_failure.failures + 1 else 1 end
         returning failures`,
        [keyedDigest(key, door, name)],
      )
      return row?.failures ?? 1
    },
    async forget(door, name) {
      await ask('delete from sign_in_failure where key = $1', [keyedDigest(key, door, name)])
    },
  }
}
