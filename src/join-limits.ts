import type { Logger } from 'pino'
import type { Rate } from '#http/limits/limiter.ts'
import { createLimits, type Limits } from '#http/limits/limits.ts'
import { createMemoryLimiter } from '#http/limits/memory-limiter.ts'
import type { Config } from './config.ts'

export interface JoinedLimits extends Disposable {
  readonly limits: Limits
}

/** In memory for one process; in Redis, when there is one, for all of them together. */
export async function joinLimits(config: Config, logger: Logger): Promise<JoinedLimits> {
  const now = () => performance.now()
  const shared =
    config.redisUrl === undefined
      ? undefined
      : (await import('#redis/open-shared-limiters.ts')).openSharedLimiters({
          url: config.redisUrl,
          now,
          onFault: (sentence, err) => logger.error({ err }, sentence),
        })
  const limits = createLimits(
    {
      address: perSecond(config.limitPerAddress),
      client: perSecond(config.limitPerClient),
      user: perSecond(config.limitPerUser),
      clinic: perSecond(config.limitPerClinic),
      signIn: perMinute(config.limitSignIn),
    },
    (name, rate) => shared?.open(name, rate) ?? createMemoryLimiter(rate, now),
  )
  return { limits, [Symbol.dispose]: () => shared?.close() }
}

function perSecond(count: number): Rate | undefined {
  return count === 0 ? undefined : { burst: 2 * count, perSecond: count }
}

function perMinute(count: number): Rate | undefined {
  return count === 0 ? undefined : { burst: count, perSecond: count / 60 }
}
