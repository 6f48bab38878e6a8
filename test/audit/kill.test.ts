import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import pg from 'pg'
import { expect, test } from 'vitest'
import { findEmbeddedPostgres } from '#store/embedded-postgres.ts'
import { makeDataFolder, type RunningServer, start } from '../start/running-server.ts'

const run = promisify(execFile)
const root = join(import.meta.dirname, '../..')
const rounds = 2

/** What the caller was told before the server was killed. */
interface Answered {
  readonly requestId: string
  readonly status: number
}

async function token(folder: string): Promise<string> {
  const env = { ...process.env, ALMANAC_DATA: folder }
  const args = [join(root, 'src/commands/token.ts'), '--scope', 'system/*.cruds']
  return (await run(process.execPath, args, { env })).stdout.trim()
}

/** Eight callers who write, read and are refused, until nobody answers. */
async function callUntilItEnds(
  server: RunningServer,
  bearer: string,
  round: number,
  answered: Answered[],
): Promise<void> {
  const caller = async (who: number): Promise<void> => {
    for (let count = 0; ; count++) {
      const requestId = `kill-${round}-${who}-${count}`
      const id = `k-${round}-${who}-${count}`
      const [method, path] =
        (
          [
            ['PUT', `/Patient/${id}`],
            ['GET', `/Patient/k-${round}-${who}-${count - 1}`],
            ['GET', '/Patient?_count=1'],
            ['GET', '/Patient/nobody'],
          ] as const
        )[count % 4] ?? []
      const authorization = `Bearer ${bearer}`
      try {
        const answer = await fetch(`${server.base}${path}`, {
          method: method as string,
          headers: { authorization, 'x-request-id': requestId, 'content-type': 'application/fhir+json' },
          ...(method === 'PUT' && { body: JSON.stringify({ resourceType: 'Patient', id }) }),
        })
        await answer.arrayBuffer()
        answered.push({ requestId, status: answer.status })
      } catch {
        return
      }
    }
  }
  await Promise.all(Array.from({ length: 8 }, (_, who) => caller(who)))
}

test('a server that is killed has the event of every request that it answered, and none of what did not happen', async () => {
  await using folder = makeDataFolder()
  const settings = { DEMO: 'false', LOG_LEVEL: 'error' }
  const answered: Answered[] = []
  let server = await start(folder.path, settings)
  const bearer = await token(folder.path)
  for (let round = 0; round < rounds; round++) {
    const calls = callUntilItEnds(server, bearer, round, answered)
    const enough = answered.length + 60
    while (answered.length < enough) await new Promise((resolve) => setTimeout(resolve, 5))
    await server.stop('SIGKILL')
    await calls
    server = await start(folder.path, settings)
  }
  expect(answered.length).toBeGreaterThan(20)
  const superuser = new pg.Client({ connectionString: findEmbeddedPostgres(folder.path) })
  await superuser.connect()
  const { rows: events } = await superuser.query<{ request: string; outcome: string; what: string | null }>(
    `select substring(text from '"(kill-[0-9-]+)"') as request, text::json->>'outcome' as outcome,
            case when text::json->>'action' = 'C' then substring(text from '"(Patient/k-[0-9-]+/_history/[0-9]+)"') end as what
     from auditevent where text like '%"kill-%'`,
  )
  const told = Map.groupBy(events, ({ request }) => request)
  const unheard = answered.filter(({ requestId, status }) => {
    const [event] = told.get(requestId) ?? []
    return event === undefined || (event.outcome === '0') !== status < 400
  })
  expect(unheard).toEqual([])
  const { rows: written } = await superuser.query<{ what: string }>(
    `select 'Patient/' || id || '/_history/' || version as what from history where type = 'Patient' and id like 'k-%'`,
  )
  const claimed = events.flatMap(({ what }) => what ?? [])
  expect(claimed.sort()).toEqual(written.map(({ what }) => what).sort())
  await superuser.end()
  const env = { ...process.env, ALMANAC_DATA: folder.path, NODE_ENV: 'test' }
  const verified = await run(process.execPath, [join(root, 'src/commands/audit-verify.ts')], { env })
  expect(verified.stdout).toMatch(/^main: whole\./)
  await server.stop()
}, 180_000)
