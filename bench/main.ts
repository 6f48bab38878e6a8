import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import pg from 'pg'
import { findEmbeddedPostgres } from '#store/embedded-postgres.ts'
import { measureGrowth } from './growth.ts'
import type { Measured, Task } from './load.ts'
import { describeMachine, type Figures, median, printTable, type Row } from './report.ts'
import { type Scenario, type Sizes, scenarios } from './scenarios.ts'
import { countOf, progress, seedLimit, seedServer } from './seed.ts'
import { type RunningServer, startHelper, startServer } from './server-process.ts'
import { measureValidation } from './validation.ts'

const usage = `npm run bench -- [--json] [--only name,name] [--rounds n] [--seconds n] [--profile folder] [--write]
                [--growth [--steps n]]

  scenarios: ${scenarios.map(({ name }) => name).join(', ')}; validation (alone: µs per resource, and its share of a server)
`
const text = { type: 'string' } as const
const flag = { type: 'boolean', default: false } as const
const { values } = parseArgs({
  options: {
    json: flag,
    growth: flag,
    help: flag,
    only: text,
    rounds: text,
    seconds: text,
    profile: text,
    steps: text,
    write: flag,
  },
})

const connections = 16
const rounds = Math.max(1, Number(values.rounds ?? 3))
const milliseconds = Number(values.seconds ?? 4) * 1_000
const sizes: Sizes = { patients: 20_000, schedules: 100 }
const chosen = scenarios.filter(({ name }) => values.only?.split(',').includes(name) ?? true)

if (values.only === 'validation') await tell('validation', await measureValidation(rounds))
else if (values.help || chosen.length === 0) process.stdout.write(usage)
else await main()

async function main(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'almanac-bench-'))
  try {
    if (values.growth)
      await tell('growth', await measureGrowth(folder, values.json, Number(values.steps ?? 3)))
    else {
      const figures = await measure(folder)
      await tell('speed', values.json ? `${JSON.stringify(figures, null, 2)}\n` : printTable(figures))
      if (values.only === undefined && !values.json) await tell('validation', await measureValidation(rounds))
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** On standard output, and with --write in the page that shows what was measured. */
async function tell(part: 'speed' | 'validation' | 'growth', result: string): Promise<void> {
  process.stdout.write(result)
  if (!values.write || values.json) return
  const page = new URL('../docs/performance.md', import.meta.url)
  const marks = new RegExp(`(<!-- ${part} -->\n)[\\s\\S]*?(<!-- /${part} -->)`)
  writeFileSync(page, readFileSync(page, 'utf8').replace(marks, `$1\n${result.replaceAll('$', '$$$$')}\n$2`))
}

async function measure(folder: string): Promise<Figures> {
  const machine = describeMachine()
  const firstStart = await measureFirstStart(folder)
  let server = await startServer(folder)
  const warmStarts: number[] = []
  const helpers: ChildProcess[] = []
  try {
    const seeded = await seedServer(server.port, server.token, sizes)
    // Memory and profile are of the scenarios, not of the loading.
    await server.stop()
    server = await startServer(folder, values.profile)
    const url = new URL(findEmbeddedPostgres(join(folder, 'data')) ?? '')
    const admin = new pg.Client({ connectionString: url.href })
    await admin.connect()
    await admin.query('vacuum analyze')
    const { rows: version } = await admin.query('show server_version')
    await admin.query('create database bench_limit')
    url.pathname = '/bench_limit'
    progress('seeding the limit server')
    await seedLimit(url.href, sizes, readFileSync(join(import.meta.dirname, 'limit-schema.sql'), 'utf8'))
    const [limit, limitPort] = await startHelper<number>('limit-server.ts', { DATABASE_URL: url.href })
    const load = async () => (await startHelper<string>('load.ts'))[0]
    const pairs = { almanac: await load(), limit: await load() }
    helpers.push(limit, pairs.almanac, pairs.limit)
    const rows: Row[] = []
    for (const scenario of chosen) {
      progress(`${scenario.name}: preparing`)
      await scenario.prepare?.({ port: server.port, token: server.token, limitUrl: url.href })
      rows.push(await compare(scenario, server, limitPort, pairs, admin))
    }
    const memory = server.memory()
    await admin.end()
    for (const helper of helpers) helper.kill()
    for (let round = 0; round < 3; round++) {
      progress(`warm start ${round + 1}`)
      await server.stop()
      server = await startServer(folder)
      warmStarts.push(server.startTime)
    }
    return {
      machine,
      versions: `Node ${process.versions.node}, PostgreSQL ${version[0].server_version}`,
      loaded: `${countOf(sizes)} resources, seeded through REST at ${Math.round(seeded)}/s; ${connections} connections, ${rounds} rounds of ${milliseconds / 1_000} s`,
      rows,
      memory,
      firstStart,
      warmStart: middle(warmStarts),
    }
  } finally {
    progress('')
    for (const helper of helpers) helper.kill()
    await server.stop()
  }
}

/** In turns, so that a busy minute of the machine hits both. */
async function compare(
  scenario: Scenario,
  server: RunningServer,
  limitPort: number,
  loads: { readonly almanac: ChildProcess; readonly limit: ChildProcess },
  admin: pg.Client,
): Promise<Row> {
  const task = { scenario: scenario.name, connections, sizes, token: server.tokenFor(scenario.as) }
  const press = (target: 'almanac' | 'limit', time: number) => {
    const port = target === 'almanac' ? server.port : limitPort
    return ask(loads[target], { ...task, port, milliseconds: time })
  }
  const compared = scenario.aim !== undefined
  const almanac: Measured[] = []
  const limit: Measured[] = []
  progress(`${scenario.name}: warming up`)
  // Once, so that none falls into a round; after each one every page that is touched goes into the log whole.
  await admin.query('checkpoint')
  await press('almanac', 1_500)
  if (compared) await press('limit', 1_000)
  for (let round = 1; round <= rounds; round++) {
    progress(`${scenario.name}: round ${round} of ${rounds}`)
    almanac.push(await press('almanac', milliseconds))
    if (compared) limit.push(await press('limit', milliseconds))
  }
  return { scenario, almanac: median(almanac), ...(compared ? { limit: median(limit) } : {}) }
}

async function ask(load: ChildProcess, task: Task): Promise<Measured> {
  load.send(task)
  const [measured] = (await once(load, 'message')) as [Measured]
  if (measured.wrong !== undefined)
    throw new Error(`${task.scenario} on port ${task.port}: ${measured.wrong}`)
  return measured
}

/** Nothing there but the packages: initdb, all tables, the demo clinic. */
async function measureFirstStart(folder: string): Promise<number> {
  const times: number[] = []
  for (let round = 1; round <= 3; round++) {
    progress(`first start ${round}`)
    const empty = join(folder, `first-${round}`)
    mkdirSync(empty)
    const server = await startServer(empty)
    times.push(server.startTime)
    await server.stop()
    rmSync(empty, { recursive: true, force: true })
  }
  return middle(times)
}

function middle(times: readonly number[]): number {
  return times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)] ?? 0
}
