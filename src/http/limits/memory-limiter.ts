import type { Limiter, Rate } from './limiter.ts'

interface Bucket {
  tokens: number
  /** When `tokens` was right, in milliseconds. */
  at: number
}

/** A bucket nobody has used for a while is full, so it need not be remembered. */
const mostBuckets = 50_000

/** For one process. Two generations in place of a list: a full young one becomes the old one, the old one is let go. */
export function createMemoryLimiter({ burst, perSecond }: Rate, now: () => number): Limiter {
  let young = new Map<string, Bucket>()
  let old = new Map<string, Bucket>()

  const find = (key: string, at: number): Bucket => {
    let bucket = young.get(key)
    if (bucket !== undefined) return bucket
    bucket = old.get(key) ?? { tokens: burst, at }
    if (young.size >= mostBuckets) {
      old = young
      young = new Map()
    }
    young.set(key, bucket)
    return bucket
  }

  return {
    take(key) {
      const at = now()
      const bucket = find(key, at)
      const tokens = Math.min(burst, bucket.tokens + ((at - bucket.at) * perSecond) / 1_000)
      bucket.at = at
      if (tokens >= 1) {
        bucket.tokens = tokens - 1
        return undefined
      }
      bucket.tokens = tokens
      return Math.ceil(((1 - tokens) * 1_000) / perSecond)
    },
  }
}
