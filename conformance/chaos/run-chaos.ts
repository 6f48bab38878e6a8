import { setTimeout as pause } from 'node:timers/promises'
import pg from 'pg'
import { checkAfterwards } from './check.ts'
import { type Attempt, Client } from './client.ts'
import { clinic } from './clinic.ts'
import { Fleet } from './server-fleet.ts'

export interface ChaosOptions {
  readonly databaseUrl: string
  readonly operations: number
  readonly servers: number
  readonly clients: number
  /** Milliseconds between one calamity and the next. */
  readonly every: number
  /** Of one server's clock. */
  readonly clockWrongBy: number
}

export interface ChaosReport {
  readonly attempts: readonly Attempt[]
  readonly faults: readonly string[]
  readonly killedServers: number
  readonly cutConnections: number
  readonly seconds: number
}

/** Load, calamities, and a look at what is left. */
export async function runChaos(options: ChaosOptions): Promise<ChaosReport> {
  const { databaseUrl, operations, servers, every } = options
  const fleet = new Fleet(databaseUrl)
  const admin = new pg.Client({ connectionString: databaseUrl })
  await admin.connect()
  try {
    const token = await fleet.start(servers, options.clockWrongBy)
    await seed(fleet.ports[0] as number, token)
    const began = performance.now()
    const clients = Array.from(
      { length: options.clients },
      (_, at) => new Client(`client-${at}`, fleet.ports, token),
    )
    let left = operations
    let cut = 0
    let over = false
    const monkey = (async () => {
      for (let round = 0; !over; round++) {
        await pause(every)
        if (over) return
        if (round % 4 === 3) await fleet.killOne(round)
        else cut += await cutConnections(admin)
      }
    })()
    await Promise.all(
      clients.map(async (client) => {
        while (left-- > 0) await client.act()
      }),
    )
    over = true
    await monkey
    const attempts = clients.flatMap((client) => client.attempts)
    const seconds = (performance.now() - began) / 1_000
    // What holds have ended must show within two seconds.
    await pause(2_500)
    const faults = [
      ...(fleet.crashed > 0 ? [`${fleet.crashed} servers ended by themselves`] : []),
      ...(await checkAfterwards(admin, attempts)),
    ]
    return { attempts, faults, killedServers: fleet.killed, cutConnections: cut, seconds }
  } finally {
    await fleet.stop()
    await admin.end()
  }
}

/** In the midst of what they do, where there is one. */
async function cutConnections(admin: pg.Client): Promise<number> {
  const { rowCount } = await admin.query(
    `select pg_terminate_backend(pid) from (
       select pid from pg_stat_activity where datname = current_database() and application_name = 'almanac'
       order by state in ('active', 'idle in transaction') desc, random() limit 3) a`,
  )
  return rowCount ?? 0
}

async function seed(port: number, token: string): Promise<void> {
  const entry = clinic().map((resource) => ({
    resource,
    request: { method: 'PUT', url: `${resource.resourceType}/${resource.id}` },
  }))
  const answer = await fetch(`http://127.0.0.1:${port}/fhir`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/fhir+json' },
    body: JSON.stringify({ resourceType: 'Bundle', type: 'transaction', entry }),
  })
  if (!answer.ok) throw new Error(await answer.text())
}
