import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { SharedWork } from '#redis/shared-work.ts'
import { type RedisServer, redisInstalled, startRedis } from '../support/redis-server.ts'

interface Letter {
  readonly to: string
}

describe.skipIf(!redisInstalled)('work shared by Redis (skipped where redis-server is not installed)', () => {
  let redis: RedisServer
  const faults: string[] = []
  beforeAll(async () => {
    redis = await startRedis()
  })
  afterAll(() => redis.stop())

  const open = (name: string, work: (letter: Letter) => Promise<void>, atOnce = 1) =>
    new SharedWork<Letter>({
      ...{ url: redis.url, name, work, atOnce, perSecond: 1_000 },
      keyOf: ({ to }) => to,
      onFault: (sentence) => faults.push(sentence),
    })
  const people = Array.from({ length: 20 }, (_, n) => ({ to: `patient-${n}` }))

  test('servers do it together, and what each of them hands in is done once', async () => {
    const done: [string, string][] = []
    const held = Promise.withResolvers<void>()
    const does = (server: string) => async (letter: Letter) => {
      await held.promise
      done.push([server, letter.to])
    }
    await using here = open('together', does('here'))
    await using there = open('together', does('there'))
    for (const letter of people) await Promise.all([here.hand(letter), there.hand(letter)])
    held.resolve()
    await vi.waitFor(() => expect(done).toHaveLength(people.length), { timeout: 30_000 })
    expect(new Set(done.map(([, to]) => to)).size).toBe(people.length)
    expect(new Set(done.map(([server]) => server))).toEqual(new Set(['here', 'there']))
  })

  test('what failed, or was done, may be handed in again', async () => {
    let attempts = 0
    await using shared = open('again', async () => {
      attempts++
      if (attempts === 1) throw new Error('no room')
    })
    for (const count of [1, 2, 3]) {
      // Its key is free a moment after the work is over.
      await vi.waitFor(
        async () => {
          if (attempts < count) await shared.hand({ to: 'anna' })
          expect(attempts).toBe(count)
        },
        { timeout: 30_000 },
      )
    }
    expect(faults).toEqual(['Work that servers share failed'])
  })

  test('while Redis does not answer a server does it by itself; then they share again', async () => {
    const done: string[] = []
    const does = (server: string) => async (letter: Letter) => void done.push(`${server} ${letter.to}`)
    await using shared = open('alone', does('here'))
    await shared.hand({ to: 'before' })
    await vi.waitFor(() => expect(done).toEqual(['here before']), { timeout: 15_000 })
    await redis.stop()
    await vi.waitFor(
      async () => {
        await shared.hand({ to: 'meanwhile' })
        expect(done).toContain('here meanwhile')
      },
      { timeout: 15_000 },
    )
    redis.start()
    await using _other = open('alone', does('there'))
    let handed = 0
    await vi.waitFor(
      async () => {
        await shared.hand({ to: `again-${handed++}` })
        expect(done.some((one) => one.startsWith('there again'))).toBe(true)
      },
      { timeout: 30_000 },
    )
  })
})
