import { once } from 'node:events'
import { createWriteStream, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { finished } from 'node:stream/promises'
import { csvHead } from '#audit/export-csv.ts'
import { howToVerify } from '#audit/seals/how-to-verify.ts'
import { KeyFolder } from '#audit/seals/key-folder.ts'
import { publicPem } from '#audit/seals/sealing-key.ts'
import { csvOf, TrailExport } from '#audit/seals/trail-export.ts'
import { AuditChain } from '#store/audit-chain.ts'
import { type Config, readConfig } from '../config.ts'
import { auditFolder } from '../join-audit.ts'
import { readArguments, runCommand, UsageError } from './command.ts'
import { findDatabaseUrl } from './command-database.ts'
import { recordCommand } from './record-command.ts'

const usage = `Exports the audit trail of a clinic with all that is needed to verify it elsewhere.

  npm run audit:export -- --out FOLDER                     all of it
  npm run audit:export -- --out FOLDER --since 2026-01 --until 2026-03

  --clinic  the clinic (main)
  --csv     a table for people beside the events

FOLDER gets events.ndjson, seals.ndjson, manifest.json, keys/, HOW-TO-VERIFY.md.
`

function readWish() {
  const text = { type: 'string' } as const
  const options = { out: text, clinic: text, since: text, until: text, csv: { type: 'boolean' } } as const
  return readArguments(usage, { options }).values
}

type Wish = ReturnType<typeof readWish>

/** Waits when the disk is slower than the database. */
function openFile(path: string) {
  const stream = createWriteStream(path, { flags: 'wx', mode: 0o600, highWaterMark: 1 << 20 })
  return {
    async write(text: string): Promise<void> {
      if (!stream.write(text)) await once(stream, 'drain')
    },
    async end(): Promise<void> {
      stream.end()
      await finished(stream)
    },
  }
}

function readMonth(wish: Wish, name: 'since' | 'until'): string | undefined {
  const month = wish[name]
  if (month !== undefined && !/^\d{4}-(?:0[1-9]|1[0-2])$/.test(month))
    throw new UsageError(`--${name} is a month such as 2026-01.`)
  return month
}

async function exportTo(folder: string, wish: Wish, config: Config): Promise<number> {
  const tenant = wish.clinic ?? 'main'
  const months = { since: readMonth(wish, 'since'), until: readMonth(wish, 'until') }
  await using chain = await AuditChain.open(findDatabaseUrl(config))
  const trail = await TrailExport.open(chain, { tenant, ...months }, new Date())
  if (trail === undefined) throw new UsageError(`${tenant} has no audit trail here.`)
  mkdirSync(join(folder, 'keys'), { recursive: true })
  for (const [kid, key] of new KeyFolder(auditFolder(config)).trusted())
    writeFileSync(join(folder, 'keys', `${kid}.pub.pem`), publicPem(key))
  writeFileSync(join(folder, 'HOW-TO-VERIFY.md'), howToVerify)
  const events = openFile(join(folder, 'events.ndjson'))
  const table = wish.csv ? openFile(join(folder, 'events.csv')) : undefined
  await table?.write(csvHead)
  for await (const lines of trail.events()) {
    await events.write(lines)
    await table?.write(csvOf(lines))
  }
  const seals = openFile(join(folder, 'seals.ndjson'))
  for await (const line of trail.seals()) await seals.write(line)
  await Promise.all([events.end(), seals.end(), table?.end()])
  const { manifest } = trail
  writeFileSync(join(folder, 'manifest.json'), `${JSON.stringify(manifest, undefined, 2)}\n`)
  const description = `${manifest.events} events, ${wish.since ?? 'the beginning'} to ${wish.until ?? 'the end'}`
  await recordCommand(config, { deed: 'audit-exported', description }, [tenant])
  process.stderr.write(
    `${manifest.events} events and ${manifest.head.number + 1} entries of ${tenant} are in ${folder}\n`,
  )
  return 0
}

await runCommand(async () => {
  const wish = readWish()
  if (wish.out === undefined) throw new UsageError(`Name the folder: --out FOLDER.\n\n${usage}`)
  return await exportTo(wish.out, wish, readConfig(process.env))
}, 2)
