import { type ChildProcess, execFileSync, fork, spawn } from 'node:child_process'
import { once } from 'node:events'
import { openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'

const root = join(import.meta.dirname, '..')

export interface RunningServer {
  readonly port: number
  readonly token: string
  /** For whom the token command's arguments describe. */
  tokenFor(wish: readonly string[] | undefined): string
  /** Milliseconds from starting the process to the first answer to a search with a token. */
  readonly startTime: number
  /** Bytes. */
  memory(): number
  /** Milliseconds that a clean stop takes. */
  stop(): Promise<number>
}

/** `node src/main.mjs`, as `npm start` runs it, on a data folder of its own. */
export async function startServer(folder: string, profile?: string): Promise<RunningServer> {
  const port = await findFreePort()
  const logFile = join(folder, 'server.log')
  const log = openSync(logFile, 'w')
  const started = performance.now()
  const child = spawn(process.execPath, [...profiling(profile), ...startArguments()], {
    cwd: root,
    stdio: ['ignore', log, log],
    // One user asks as often as all of a clinic's together.
    env: { ...process.env, PORT: String(port), ALMANAC_DATA: join(folder, 'data'), LIMIT_PER_USER: '0' },
  })
  const token = await findToken(child, logFile)
  const answer = await fetch(`http://127.0.0.1:${port}/fhir/Patient?_count=1`, {
    headers: { Authorization: `Bearer ${token}` },
  })
  const startTime = performance.now() - started
  if (answer.status !== 200) throw new Error(`The first search was answered with ${answer.status}.`)
  return {
    port,
    token,
    tokenFor: (wish) => (wish === undefined ? token : printToken(folder, wish)),
    startTime,
    memory: () =>
      Number(/VmRSS:\s*(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1]) * 1024,
    stop: () => stop(child),
  }
}

function printToken(folder: string, wish: readonly string[]): string {
  const env = { ...process.env, ALMANAC_DATA: join(folder, 'data') }
  return execFileSync(process.execPath, ['src/commands/token.ts', ...wish], { cwd: root, env })
    .toString()
    .trim()
}

/** What follows `node` in the start script: memory limits and the program. */
export function startArguments(): string[] {
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  return scripts.start.split(' ').slice(1)
}

/** Written when the server stops; Chrome's developer tools and others open it. */
const profiling = (folder: string | undefined): string[] =>
  folder === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${folder}`]

/** The server prints a token for its demo clinic when it listens; its log goes on in the same file. */
async function findToken(child: ChildProcess, log: string): Promise<string> {
  while (child.exitCode === null) {
    const token = /Bearer (\S+)'/.exec(readFileSync(log, 'utf8'))?.[1]
    if (token !== undefined) return token
    await pause(2)
  }
  throw new Error(`The server did not start: ${readFileSync(log, 'utf8')}`)
}

async function stop(child: ChildProcess): Promise<number> {
  const started = performance.now()
  const gone = once(child, 'exit')
  child.kill('SIGTERM')
  await gone
  return performance.now() - started
}

/** A process of the bench itself that says a first word when it is ready. */
export async function startHelper<T>(
  file: string,
  env: Record<string, string> = {},
): Promise<[ChildProcess, T]> {
  const child = fork(join(import.meta.dirname, file), [], { env: { ...process.env, ...env } })
  const [word] = await once(child, 'message')
  return [child, word as T]
}

export async function findFreePort(): Promise<number> {
  const { createServer } = await import('node:net')
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  return typeof address === 'object' && address !== null ? address.port : 0
}
