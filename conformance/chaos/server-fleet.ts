import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'

const root = join(import.meta.dirname, '..', '..')

interface Member {
  readonly port: number
  readonly clockWrongBy: number
  child: ChildProcess
  output: string
}

/** Server processes on one database; the last one's clock is wrong. */
export class Fleet {
  readonly #members: Member[] = []
  readonly #databaseUrl: string
  killed = 0
  /** Servers that ended without being killed. */
  crashed = 0

  constructor(databaseUrl: string) {
    this.#databaseUrl = databaseUrl
  }

  /** Resolves to a token for all. */
  async start(size: number, clockWrongBy: number): Promise<string> {
    for (let at = 0; at < size; at++) {
      const port = await findFreePort()
      const member = { port, clockWrongBy: at === size - 1 ? clockWrongBy : 0 }
      this.#members.push({ ...member, ...this.#spawn(member) })
      await this.#ready(this.#members[at] as Member)
    }
    const token = /Bearer (\S+)'/.exec(this.#members[0]?.output ?? '')?.[1]
    if (token === undefined) throw new Error(`No token was printed: ${this.#members[0]?.output}`)
    return token
  }

  get ports(): readonly number[] {
    return this.#members.map(({ port }) => port)
  }

  /** As a power cut does it; then it is started again. */
  async killOne(at: number): Promise<void> {
    const member = this.#members[at % this.#members.length] as Member
    if (isRunning(member.child)) {
      const gone = once(member.child, 'exit')
      member.child.kill('SIGKILL')
      await gone
      this.killed++
    }
    Object.assign(member, this.#spawn(member))
    await this.#ready(member)
  }

  async stop(): Promise<void> {
    await Promise.all(
      this.#members.map(async ({ child }) => {
        if (!isRunning(child)) return
        const gone = once(child, 'exit')
        child.kill('SIGTERM')
        await gone
      }),
    )
  }

  #spawn({ port, clockWrongBy }: Pick<Member, 'port' | 'clockWrongBy'>): Pick<Member, 'child' | 'output'> {
    const skewed = clockWrongBy === 0 ? [] : ['--import', join(import.meta.dirname, 'skewed-clock.ts')]
    const child = spawn(process.execPath, [...skewed, 'src/main.mjs'], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'inherit'],
      env: {
        ...process.env,
        ...{ DATABASE_URL: this.#databaseUrl, PORT: String(port), LOG_LEVEL: 'fatal', DEMO: 'true' },
        ...{ HOLDS_PER_CLIENT: '100000', HOLDS_PER_PATIENT: '1000', POOL_SIZE: '8', NODE_ENV: 'development' },
        CLOCK_WRONG_BY: String(clockWrongBy),
      },
    })
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      const member = this.#members.find((one) => one.port === port)
      if (member !== undefined) member.output += text
    })
    child.on('exit', (code) => {
      if (code !== null && code !== 0) this.crashed++
    })
    return { child, output: '' }
  }

  async #ready({ port, child }: Member): Promise<void> {
    for (;;) {
      if (!isRunning(child)) throw new Error(`A server ended at its start with ${child.exitCode}.`)
      const answer = await fetch(`http://127.0.0.1:${port}/ready`).catch(() => undefined)
      if (answer?.ok) return
      await pause(50)
    }
  }
}

const isRunning = ({ exitCode, signalCode }: ChildProcess) => exitCode === null && signalCode === null

async function findFreePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  return typeof address === 'object' && address !== null ? address.port : 0
}
