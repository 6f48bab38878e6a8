import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import { vi } from 'vitest'

/** Suites that need it are skipped where it is not installed. */
export const redisInstalled = spawnSync('redis-server', ['--version']).status === 0

export interface RedisServer {
  readonly port: number
  readonly url: string
  stop(): Promise<void>
  /** On the port that it had; it remembers nothing. */
  start(): void
}

export async function startRedis(): Promise<RedisServer> {
  const port = await freePort()
  let running: ChildProcess | undefined
  const server: RedisServer = {
    ...{ port, url: `redis://127.0.0.1:${port}` },
    start() {
      const options = { port, bind: '127.0.0.1', save: '', appendonly: 'no' }
      const settings = Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)])
      running = spawn('redis-server', settings, { stdio: 'ignore' })
    },
    async stop() {
      if (running === undefined) return
      const gone = once(running, 'exit')
      running.kill()
      running = undefined
      await gone
    },
  }
  server.start()
  await vi.waitFor(() => once(connect(port, '127.0.0.1').unref(), 'connect'), { timeout: 10_000 })
  return server
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const { port } = probe.address() as { port: number }
  probe.close()
  return port
}
