import { setTimeout as wait } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Limiter, Rate } from '#http/limits/limiter.ts'
import { createMemoryLimiter } from '#http/limits/memory-limiter.ts'
import { createSharedLimiter } from '#redis/shared-limiter.ts'
import { type RedisServer, redisInstalled, startRedis } from '../../support/redis-server.ts'

/** Both keep to this; `slack` is what one process may give out beyond the burst. */
function keepsTheRate(open: (rate: Rate) => Limiter, slack: number) {
  const rate = { burst: 20, perSecond: 20 }
  const takeMany = async (limiter: Limiter, key: string, count: number) => {
    let taken = 0
    for (let i = 0; i < count; i++) {
      if (limiter.take(key) === undefined) taken++
      await wait(1)
    }
    return taken
  }

  test('a burst is taken, what is beyond is told when to come again', async () => {
    const limiter = open({ burst: 20, perSecond: 0.1 })
    let taken = 0
    const take = () => {
      if (limiter.take('a') === undefined) taken++
      return taken
    }
    await expect.poll(take, { timeout: 10_000, interval: 1 }).toBeGreaterThanOrEqual(20)
    for (let i = 0; i < 50; i++) {
      take()
      await wait(1)
    }
    expect(taken).toBeLessThanOrEqual(20 + slack)
    await expect.poll(() => limiter.take('a'), { timeout: 10_000, interval: 1 }).toBeGreaterThan(0)
  })

  test('who used theirs up takes nothing from others', async () => {
    const limiter = open({ burst: 20, perSecond: 0.1 })
    await takeMany(limiter, 'b', 60)
    expect(await takeMany(limiter, 'c', 8)).toBe(8)
  })

  test('a bucket fills again', async () => {
    const limiter = open(rate)
    await takeMany(limiter, 'd', 100)
    await expect.poll(() => limiter.take('d'), { timeout: 10_000, interval: 100 }).toBeUndefined()
  })
}

describe('in the memory of one process', () => {
  keepsTheRate((rate) => createMemoryLimiter(rate, () => performance.now()), 0)

  test('the wait is the time that one token takes', () => {
    let now = 0
    const limiter = createMemoryLimiter({ burst: 2, perSecond: 4 }, () => now)
    expect([limiter.take('k'), limiter.take('k'), limiter.take('k')]).toEqual([undefined, undefined, 250])
    now = 125
    expect(limiter.take('k')).toBe(125)
    now = 250
    expect(limiter.take('k')).toBeUndefined()
    now = 1_000_000
    expect([1, 2, 3].map(() => limiter.take('k'))).toEqual([undefined, undefined, 250])
  })
})

describe.skipIf(!redisInstalled)('shared by Redis (skipped where redis-server is not installed)', () => {
  let server: RedisServer
  let redis: Redis
  const faults: string[] = []
  let tests = 0
  const openNamed = (name: string, rate: Rate) =>
    createSharedLimiter({
      ...{ redis, name, rate, now: () => performance.now() },
      onFault: (sentence) => faults.push(sentence),
    })

  beforeAll(async () => {
    server = await startRedis()
    redis = new Redis(server.url, { retryStrategy: () => 50, maxRetriesPerRequest: 20 })
    redis.on('error', () => undefined)
    await redis.ping()
  })
  afterAll(async () => {
    redis.disconnect()
    await server.stop()
  })

  keepsTheRate((rate) => openNamed(`test ${tests++}`, rate), 9)

  test('two processes take from one bucket', async () => {
    const rate = { burst: 40, perSecond: 0.1 }
    const both = [openNamed('both', rate), openNamed('both', rate)]
    let taken = 0
    let asked = 0
    const take = () => {
      if (both[asked++ % 2]?.take('k') === undefined) taken++
      return taken
    }
    await expect.poll(take, { timeout: 10_000, interval: 1 }).toBeGreaterThanOrEqual(40)
    for (let i = 0; i < 100; i++) {
      take()
      await wait(1)
    }
    expect(taken).toBeLessThanOrEqual(40 + 2 * 10)
    expect(faults).toEqual([])
  })
})
