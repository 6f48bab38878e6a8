import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { createServer } from 'node:net'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { createRevocations, type Notice } from '#oauth/revocations.ts'
import { RedisLine } from '#redis/line.ts'

const installed = (() => {
  try {
    return execFileSync('redis-server', ['--version']).length > 0
  } catch {
    return false
  }
})()

/** Skipped where there is no Redis: with PostgreSQL alone test/oauth/two-servers.test.ts shows the same. */
describe.skipIf(!installed)('with Redis', () => {
  let port: number
  let redis: ChildProcess
  const start = () => {
    redis = spawn('redis-server', ['--port', String(port), '--save', '', '--appendonly', 'no'], {
      stdio: 'ignore',
    })
  }

  beforeAll(async () => {
    port = await new Promise<number>((resolve) => {
      const probe = createServer().listen(0, '127.0.0.1', () => {
        const { port: free } = probe.address() as { port: number }
        probe.close(() => resolve(free))
      })
    })
    start()
  })
  afterAll(() => void redis.kill())

  test('what one process revokes the others hear, and they know when they cannot', async () => {
    const open = () =>
      new RedisLine({ url: `redis://127.0.0.1:${port}`, channel: 'test', onFault: () => undefined })
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
    redis.kill()
    await vi.waitFor(() => expect(hearing.at(-1)).toBe(false), { timeout: 10_000 })
    start()
    await vi.waitFor(() => expect(hearing.at(-1)).toBe(true), { timeout: 15_000 })
    here.close()
    there.close()
  })
})
