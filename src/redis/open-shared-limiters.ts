import { Redis } from 'ioredis'
import { createSharedLimiter, type SharedRate } from './shared-limiter.ts'

export interface SharedLimitersOptions {
  readonly url: string
  readonly now: () => number
  readonly onFault: (sentence: string, cause: unknown) => void
}

/** One connection for all buckets. A count that does not come at once is no use: it is not waited for. */
export function openSharedLimiters({ url, now, onFault }: SharedLimitersOptions) {
  const redis = new Redis(url, { maxRetriesPerRequest: 1, enableOfflineQueue: false, commandTimeout: 1_000 })
  redis.on('error', (cause) => onFault('Redis does not answer', cause))
  return {
    open: (name: string, rate: SharedRate) => createSharedLimiter({ redis, name, rate, now, onFault }),
    close: () => redis.disconnect(),
  }
}
