import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import pg from 'pg'
import { findEmbeddedPostgres } from '#store/embedded-postgres.ts'
import type { Measured, Task } from './load.ts'
import { seedServer } from './seed.ts'
import {
  findFreePort,
  type RunningServer,
  startArguments,
  startHelper,
  startServer,
} from './server-process.ts'

/**
 * node bench/audit-cost.ts [--rounds 3] [--processes 1,4]: what auditing costs a read. The same server with and without the events of reads
 * (bench/without-audit.ts) on one database, in turns; then four processes of each. Less than a minute.
 */
const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '3' }, processes: { type: 'string', default: '1,4' } },
})
const rounds = Number(values.rounds)
const milliseconds = 3_000
const connections = 16
const sizes = { patients: 1_000, schedules: 0 }

type Kind = 'with' | 'without'

interface Turn {
  readonly perSecond: number
  readonly p50: number
  /** Milliseconds of processor time a read: of the servers, and of PostgreSQL. */
  readonly server: number
  readonly postgres: number
}

const folder = mkdtempSync(join(tmpdir(), 'almanac-bench-cost-'))
const children: ChildProcess[] = []
let first: RunningServer | undefined
try {
  first = await startServer(folder)
  await seedServer(first.port, first.token, sizes)
  await measure(first)
} finally {
  for (const child of children) child.kill()
  await Promise.all(children.map((child) => child.exitCode ?? once(child, 'exit')))
  await first?.stop()
  rmSync(folder, { recursive: true, force: true })
}

async function measure({ token }: RunningServer): Promise<void> {
  const url = findEmbeddedPostgres(join(folder, 'data')) ?? ''
  const admin = new pg.Client({ connectionString: url })
  await admin.connect()
  const { rows } = await admin.query<{ data_directory: string }>('show data_directory')
  const postmaster = Number(
    readFileSync(join(rows[0]?.data_directory ?? '', 'postmaster.pid'), 'utf8').split('\n')[0],
  )
  const [load] = await startHelper<string>('load.ts')
  children.push(load)
  for (const processes of values.processes.split(',').map(Number)) {
    const servers = {
      with: await startMore('with', processes, url),
      without: await startMore('without', processes, url),
    }
    const turns: Record<Kind, Turn[]> = { with: [], without: [] }
    const press = (kind: Kind, time: number) => pressAll(load, servers[kind], { token, time, postmaster })
    await admin.query('checkpoint')
    for (const kind of ['with', 'without'] as const) await press(kind, 1_000)
    for (let round = 0; round < rounds; round++)
      for (const kind of ['with', 'without'] as const) turns[kind].push(await press(kind, milliseconds))
    tell(processes, middle(turns.with), middle(turns.without))
  }
  await admin.end()
}

/** As the start script runs it, beside the one that brought PostgreSQL up. */
async function startMore(kind: Kind, count: number, url: string): Promise<readonly Started[]> {
  return await Promise.all(
    Array.from({ length: count }, async () => {
      const port = await findFreePort()
      const hook = kind === 'without' ? ['--import', join(import.meta.dirname, 'without-audit.ts')] : []
      const child = spawn(process.execPath, [...hook, ...startArguments()], {
        cwd: join(import.meta.dirname, '..'),
        stdio: 'ignore',
        env: {
          ...process.env,
          PORT: String(port),
          DATABASE_URL: url,
          ALMANAC_DATA: join(folder, 'data'),
          LIMIT_PER_USER: '0',
        },
      })
      children.push(child)
      while ((await fetch(`http://127.0.0.1:${port}/ready`).catch(() => undefined))?.status !== 200)
        await pause(50)
      return { port, pid: child.pid ?? 0 }
    }),
  )
}

interface Started {
  readonly port: number
  readonly pid: number
}

async function pressAll(
  load: ChildProcess,
  servers: readonly Started[],
  { token, time, postmaster }: { token: string; time: number; postmaster: number },
): Promise<Turn> {
  const before = {
    server: processorTime(servers.map(({ pid }) => pid)),
    postgres: processorTime(childrenOf(postmaster)),
  }
  const measured = await new Promise<readonly Measured[]>((resolve) => {
    const answers: Measured[] = []
    const take = (answer: Measured) => {
      if (answers.push(answer) < servers.length) return
      load.off('message', take)
      resolve(answers)
    }
    load.on('message', take)
    for (const { port } of servers) {
      const task: Task = {
        scenario: 'read',
        port,
        token,
        connections: connections / servers.length,
        milliseconds: time,
        sizes,
      }
      load.send(task)
    }
  })
  const wrong = measured.find((one) => one.wrong !== undefined)?.wrong
  if (wrong !== undefined) throw new Error(wrong)
  const requests = measured.reduce((sum, one) => sum + one.requests, 0)
  const used = (now: number, then: number) => (now - then) / requests
  return {
    perSecond: measured.reduce((sum, one) => sum + one.perSecond, 0),
    p50: measured.reduce((sum, one) => sum + one.p50, 0) / measured.length,
    server: used(processorTime(servers.map(({ pid }) => pid)), before.server),
    postgres: used(processorTime(childrenOf(postmaster)), before.postgres),
  }
}

/** Milliseconds, of all their threads. */
function processorTime(pids: readonly number[]): number {
  return pids.reduce((sum, pid) => {
    const [, , , , , , , , , , , user, system] = statOf(pid)
    return sum + (Number(user ?? 0) + Number(system ?? 0)) * 10
  }, 0)
}

function childrenOf(parent: number): readonly number[] {
  const pids = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
  return pids.filter((pid) => Number(statOf(pid)[1]) === parent)
}

/** From the state on: what stands before it may hold spaces. */
function statOf(pid: number): readonly string[] {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ')
  } catch {
    return []
  }
}

function middle(turns: readonly Turn[]): Turn {
  return turns.toSorted((a, b) => a.perSecond - b.perSecond)[Math.floor(turns.length / 2)] as Turn
}

function tell(processes: number, audited: Turn, unaudited: Turn): void {
  const line = (name: string, { perSecond, p50, server, postgres }: Turn) =>
    `${`${processes} ${processes === 1 ? 'process' : 'processes'}, ${name}`.padEnd(28)}${Math.round(perSecond)} reads/s, p50 ${p50.toFixed(1)} ms, processor ${server.toFixed(2)} + ${postgres.toFixed(2)} ms a read\n`
  const cost = 100 * (1 - audited.perSecond / unaudited.perSecond)
  const work = 100 * (1 - (unaudited.server + unaudited.postgres) / (audited.server + audited.postgres))
  process.stdout.write(
    `${line('audited', audited)}${line('not audited', unaudited)}${''.padEnd(28)}auditing costs ${cost.toFixed(0)} % of the throughput, ${work.toFixed(0)} % of the processor time (at most 25 % is the aim)\n`,
  )
}
