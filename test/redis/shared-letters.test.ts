import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { openWaitingClinic } from '../scheduling/waitlist/waiting-clinic.ts'
import { openMailServer } from '../support/mail-server.ts'
import { type RedisServer, redisInstalled, startRedis } from '../support/redis-server.ts'

describe.skipIf(!redisInstalled)('with Redis (skipped where redis-server is not installed)', () => {
  let redis: RedisServer
  beforeAll(async () => {
    redis = await startRedis()
  })
  afterAll(() => redis.stop())

  test('letters about visits are shared by the servers, and Redis does not learn what they say', async () => {
    const mail = await openMailServer()
    const asked = new Redis(redis.url)
    const said: string[] = []
    const listener = await asked.monitor()
    listener.on('monitor', (_time: string, words: readonly string[]) => said.push(words.join(' ')))
    await using clinic = await openWaitingClinic(1, { smtpUrl: mail.url, redisUrl: redis.url })
    const telecom = [{ system: 'email', value: 'early@patient.example' }]
    await clinic.clinic.put({ resourceType: 'Patient', id: 'early', active: true, telecom })
    await clinic.cancel(clinic.booked[0] as string)
    await vi.waitFor(() => expect(mail.letters.map(({ to }) => to)).toEqual(['early@patient.example']), {
      timeout: 30_000,
    })
    const letters = said.filter((words) => words.includes('almanac:letters'))
    expect(letters.some((words) => /main-[0-9a-f-]{36}/.test(words))).toBe(true)
    expect(said.join('\n')).not.toMatch(/patient\.example|Patient\/early|cancelled/)
    listener.disconnect()
    asked.disconnect()
    mail.close()
  })
})
