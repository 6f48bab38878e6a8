import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { findPostmaster, stopPostmaster } from '#store/postmaster.ts'

const root = join(import.meta.dirname, '..', '..')

export interface RunningServer {
  readonly child: ChildProcess
  readonly base: string
  readonly origin: string
  /** All that it has printed on its two streams. */
  printed(): string
  /** Resolves with the exit code. */
  stop(signal?: NodeJS.Signals): Promise<number | null>
}

const launched: { readonly child: ChildProcess; readonly folder: string | undefined }[] = []

/** A data folder of one test; whatever still runs on it is stopped and removed with it. */
export function makeDataFolder(): { readonly path: string } & AsyncDisposable {
  const path = mkdtempSync(join(tmpdir(), 'start-'))
  return {
    path,
    async [Symbol.asyncDispose]() {
      for (const { child, folder } of launched)
        if (folder === path && child.exitCode === null) child.kill('SIGKILL')
      const cluster = join(path, 'postgres')
      const postmaster = findPostmaster(cluster)
      if (postmaster !== undefined) await stopPostmaster(cluster, postmaster.pid)
      rmSync(path, { recursive: true, force: true })
    },
  }
}

let firstStarted: Promise<string> | undefined

/** A data folder that a first start has filled and left; made once, copied for each test that comes later in its life. */
export async function makeStartedFolder(): Promise<ReturnType<typeof makeDataFolder>> {
  firstStarted ??= startOnce()
  const folder = makeDataFolder()
  // With its owners: PostgreSQL does not run as root, and its files are its own.
  execFileSync('cp', ['-a', `${await firstStarted}/.`, folder.path])
  return folder
}

async function startOnce(): Promise<string> {
  const { path } = makeDataFolder()
  const server = await start(path)
  await server.stop()
  return path
}

export async function removeStartedFolder(): Promise<void> {
  if (firstStarted !== undefined) rmSync(await firstStarted, { recursive: true, force: true })
}

export function launch(environment: Record<string, string>): { child: ChildProcess; printed: () => string } {
  const { NODE_ENV: _test, ...inherited } = process.env
  const child = spawn(process.execPath, [join(root, 'src', 'main.mjs')], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...inherited, ...environment },
  })
  launched.push({ child, folder: environment.ALMANAC_DATA })
  let text = ''
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => (text += chunk))
  return { child, printed: () => text }
}

export async function start(folder: string, settings: Record<string, string> = {}): Promise<RunningServer> {
  const port = settings.PORT ?? String(await findFreePort())
  const { child, printed } = launch({ ALMANAC_DATA: folder, PORT: port, ...settings })
  const origin = `http://127.0.0.1:${port}`
  while (!printed().includes('SMART discovery')) {
    if (child.exitCode !== null) throw new Error(`The server ended: ${printed()}`)
    await pause(5)
  }
  return {
    child,
    base: `${origin}/fhir`,
    origin,
    printed,
    async stop(signal = 'SIGTERM') {
      const gone = once(child, 'exit')
      child.kill(signal)
      const [code] = await gone
      return code
    },
  }
}

export async function findFreePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  return typeof address === 'object' && address !== null ? address.port : 0
}

/** The access token in the line that the server prints to be pasted. */
export function tokenIn(printed: string): string {
  const token = /Bearer ([\w.-]+)/.exec(printed)?.[1]
  if (token === undefined) throw new Error(`No token in: ${printed}`)
  return token
}

/** Writes one Patient after the other until the server is gone; gives the ids that were answered. */
export async function writePatients(base: string, token: string, until: () => boolean): Promise<string[]> {
  const ids: string[] = []
  while (!until()) {
    try {
      const answer = await fetch(`${base}/Patient`, {
        method: 'POST',
        headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/fhir+json' },
        body: JSON.stringify({ resourceType: 'Patient', active: true }),
      })
      if (answer.status !== 201) break
      ids.push(((await answer.json()) as { id: string }).id)
    } catch {
      break
    }
  }
  return ids
}
