import { loadDefinitions } from '#fhir/load-definitions.ts'
import { migrate } from '#store/migrate.ts'
import { type ReindexProgress, reindex } from '#store/reindex.ts'
import { clinicBases } from '../clinic-bases.ts'
import { readConfig } from '../config.ts'
import { migrationFolders } from '../migration-folders.ts'
import { readArguments, runCommand } from './command.ts'
import { findDatabaseUrl } from './command-database.ts'
import { recordCommand } from './record-command.ts'

const usage = `Fills the columns of new search parameters while the server serves.

  npm run reindex                                  what new definitions left to be filled
  npm run reindex -- --type Patient                all parameters of a type, again
  npm run reindex -- --type Patient --parameter x  one of them
  npm run reindex -- --parameter x                 of all types that have it

Ctrl-C stops after the rows under way; the next run goes on from there.
`

function show({ type, parameters, rows, total }: ReindexProgress): void {
  const share = total === 0 ? 100 : Math.min(100, Math.floor((rows / total) * 100))
  process.stderr.write(`${type} ${parameters.join(', ')}: ${rows} of ${total} (${share} %)\n`)
}

async function run(): Promise<number> {
  const text = { type: 'string' } as const
  const { values: wish } = readArguments(usage, { options: { type: text, parameter: text } })
  const config = readConfig(process.env)
  const url = findDatabaseUrl(config)
  const definitions = loadDefinitions()
  const stop = new AbortController()
  process.once('SIGINT', () => stop.abort())
  process.once('SIGTERM', () => stop.abort())
  for (const made of (await migrate({ url, definitions, folders: migrationFolders })).made)
    process.stderr.write(`made ${made}\n`)
  const { filled, pending } = await reindex({
    url,
    definitions,
    contextOf: (tenant) => ({
      localBases: clinicBases(config, config.port, tenant),
      timeZone: config.timeZone,
    }),
    ...wish,
    signal: stop.signal,
    onProgress: show,
  })
  const description = `Search columns were filled anew: ${filled.join(', ')}`
  if (filled.length > 0) await recordCommand(config, { deed: 'command', description })
  process.stderr.write(
    filled.length === 0 ? 'Nothing was left to be filled.\n' : `Filled: ${filled.join(', ')}\n`,
  )
  if (pending.length > 0) process.stderr.write(`Not done: ${pending.join(', ')}. Run it again to go on.\n`)
  return stop.signal.aborted ? 130 : 0
}

await runCommand(run)
