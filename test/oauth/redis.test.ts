import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { createRevocations, type Notice } from '#oauth/revocations.ts'
import { RedisLine } from '#redis/line.ts'
import { openApp } from '../../src/app.ts'
import { readConfig } from '../../src/config.ts'
import { createLogger } from '../../src/http/log.ts'
import { type RedisServer, redisInstalled, startRedis } from '../support/redis-server.ts'
import { buildAccounts, testPeople } from './people.ts'
import { addPeople, launch, patient, publicApp, read, redeem, startSmartServer } from './smart-server.ts'

/** Skipped where there is no Redis: with PostgreSQL alone test/oauth/two-servers.test.ts shows the same. */
describe.skipIf(!redisInstalled)('with Redis', () => {
  let redis: RedisServer

  beforeAll(async () => {
    redis = await startRedis()
  })
  afterAll(() => redis.stop())

  test('what one process revokes the others hear, and they know when they cannot', async () => {
    const open = () => new RedisLine({ url: redis.url, channel: 'test', onFault: () => undefined })
    const [here, there] = [open(), open()]
    const heard: Notice[] = []
    const hearing: boolean[] = []
    createRevocations(there).subscribe({
      heard: (notice) => heard.push(notice),
      hearing: (reliably) => hearing.push(reliably),
    })
    await vi.waitFor(() => expect(hearing.at(-1)).toBe(true), { timeout: 10_000 })
    await createRevocations(here).announce({ grant: 'g-1' })
    await vi.waitFor(() => expect(heard).toEqual([{ grant: 'g-1' }]))
    await redis.stop()
    await vi.waitFor(() => expect(hearing.at(-1)).toBe(false), { timeout: 10_000 })
    redis.start()
    await vi.waitFor(() => expect(hearing.at(-1)).toBe(true), { timeout: 15_000 })
    here.close()
    there.close()
  })

  test('two servers end at once what one of them ends, and count requests together', async () => {
    const limits = {
      limitPerClient: 10,
      limitPerAddress: 0,
      limitPerUser: 0,
      limitPerClinic: 0,
      limitSignIn: 0,
    }
    const settings = { redisUrl: redis.url, ...limits }
    const first = await startSmartServer(settings)
    const second = await openApp(
      {
        ...readConfig({ DEMO: 'false', CLINICS: 'north' }),
        port: 0,
        auditKeys: first.auditKeys,
        ...settings,
      },
      first.databaseUrl,
      createLogger('silent'),
      { people: testPeople(buildAccounts(patient)) },
    )
    await using opened = new AsyncDisposableStack()
    opened.defer(() => first.close())
    opened.defer(() => second.close())
    await addPeople(first)
    await first.app.authorization.clients.save('public-app', publicApp)
    const wish = {
      clientId: 'public-app',
      account: patient.id,
      scope: 'launch/patient offline_access patient/*.rs',
    }
    const tokens = await redeem(first, 'public-app', await launch(first, wish))
    const places = [`${first.base}/Patient/anna`, `${second.url}/fhir/Patient/anna`]
    const statusAt = async (place: string) => (await read(place, tokens.access_token)).status
    expect(await Promise.all(places.map(statusAt))).toEqual([200, 200])
    expect(await Promise.all(places.map(statusAt))).toEqual([200, 200])

    const burst = 2 * limits.limitPerClient
    const [here, there] = places as [string, string]
    const atFirst = await Promise.all(Array.from({ length: 3 * burst }, () => statusAt(here)))
    expect(atFirst).toContain(429)
    let taken = 0
    while (taken < burst && (await statusAt(there)) === 200) taken++
    // A server that counted by itself would take a whole burst after the other has refused.
    expect(taken).toBeLessThan(burst)

    await fetch(`${second.url}/oauth/revoke`, {
      method: 'POST',
      body: new URLSearchParams({ token: tokens.refresh_token ?? '', client_id: 'public-app' }),
    })
    for (const place of places)
      await vi.waitFor(async () => expect(await statusAt(place)).toBe(401), {
        timeout: 20_000,
        interval: 100,
      })
  }, 60_000)
})
