/** How much a bucket holds, and how fast it fills again. */
export interface Rate {
  readonly burst: number
  readonly perSecond: number
}

/** Undefined: go on. Otherwise milliseconds until it is worth asking again. */
export type Verdict = number | undefined

/**
 * Token buckets by key. Answers at once, also where several processes share the buckets: what they share is settled
 * behind the requests, not before them.
 */
export interface Limiter {
  take(key: string): Verdict
}

export type OpenLimiter = (name: string, rate: Rate) => Limiter
