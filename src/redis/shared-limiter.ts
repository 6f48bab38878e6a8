import type { Redis } from 'ioredis'

export interface SharedRate {
  readonly burst: number
  readonly perSecond: number
}

/**
 * Takes up to ARGV[3] tokens from the bucket and says how many it got, and when the next one is there. Redis's own clock:
 * processes need not agree about the time.
 */
const leaseScript = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local burst, rate, wanted = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local held = redis.call('HMGET', KEYS[1], 'tokens', 'at')
local tokens = math.min(burst, tonumber(held[1] or burst) + (now - tonumber(held[2] or now)) * rate / 1000)
local granted = math.max(0, math.min(wanted, math.floor(tokens)))
tokens = tokens - granted
redis.call('HSET', KEYS[1], 'tokens', tokens, 'at', now)
redis.call('PEXPIRE', KEYS[1], math.ceil(burst * 1000 / rate) + 1000)
return {granted, math.ceil(math.max(0, 1 - tokens) * 1000 / rate)}
`

interface Lease {
  /** Taken from Redis and not yet given out; below zero what was given out while Redis was asked. */
  tokens: number
  pending: boolean
  /** Until then Redis has none. */
  emptyUntil: number
}

const mostLeases = 50_000

export interface SharedLimiterOptions {
  readonly redis: Redis
  readonly name: string
  readonly rate: SharedRate
  readonly now: () => number
  readonly onFault: (sentence: string, cause: unknown) => void
}

/**
 * One bucket for all processes. Each leases tokens by the lump and answers from its lease, so no request waits for
 * Redis: what is given out too much is two lumps a process at most. Without Redis the leases are refused, and requests go on.
 */
export function createSharedLimiter({ redis, name, rate, now, onFault }: SharedLimiterOptions) {
  const lump = Math.max(1, Math.floor(rate.burst / 20))
  const credit = Math.max(8, 2 * lump)
  let leases = new Map<string, Lease>()
  let older = new Map<string, Lease>()

  const find = (key: string): Lease => {
    let lease = leases.get(key)
    if (lease !== undefined) return lease
    lease = older.get(key) ?? { tokens: 0, pending: false, emptyUntil: 0 }
    if (leases.size >= mostLeases) {
      older = leases
      leases = new Map()
    }
    leases.set(key, lease)
    return lease
  }

  const renew = (key: string, lease: Lease): void => {
    lease.pending = true
    redis
      .eval(
        leaseScript,
        1,
        `almanac:limit:${name}:${key}`,
        rate.burst,
        rate.perSecond,
        lump - Math.min(0, lease.tokens),
      )
      .then(
        (answer) => {
          const [granted, wait] = answer as [number, number]
          lease.tokens += granted
          lease.emptyUntil = granted === 0 ? now() + wait : 0
        },
        (cause: unknown) => {
          onFault('Redis does not count requests: each process lets its own through', cause)
          lease.tokens = lump
        },
      )
      .finally(() => {
        lease.pending = false
      })
  }

  return {
    take(key: string): number | undefined {
      const at = now()
      const lease = find(key)
      if (!lease.pending && lease.tokens <= lump / 2 && at >= lease.emptyUntil) renew(key, lease)
      if (lease.tokens >= 1 || (lease.pending && lease.tokens > -credit)) {
        lease.tokens--
        return undefined
      }
      return Math.max(1, Math.ceil(lease.emptyUntil - at))
    },
  }
}
