import { once } from 'node:events'
import { createWriteStream, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { finished } from 'node:stream/promises'
import { csvHead, csvLine } from '#audit/export-csv.ts'
import { exportEntry, type Manifest } from '#audit/seals/exported-chain.ts'
import { howToVerify } from '#audit/seals/how-to-verify.ts'
import { publicPem } from '#audit/seals/sealing-key.ts'
import { readStatement, statementHash } from '#audit/seals/statement.ts'
import { AuditChain } from '#store/audit-chain.ts'
import { openKeyFolder, readArguments, recordCommand, runCommand, UsageError } from './audit-arguments.ts'
import type { Config } from './config.ts'
import { findDatabaseUrl } from './connection.ts'

const usage = `Exports the audit trail of a clinic with all that is needed to verify it elsewhere.

  npm run audit:export -- --out FOLDER                     all of it
  npm run audit:export -- --out FOLDER --since 2026-01 --until 2026-03

  --clinic  the clinic (main)
  --csv     a table for people beside the events

FOLDER gets events.ndjson, seals.ndjson, manifest.json, keys/, HOW-TO-VERIFY.md.
`

const wish = readArguments(usage, ['out', 'clinic', 'since', 'until'], ['csv'])

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

function readMonth(name: 'since' | 'until'): string | undefined {
  const month = wish[name]
  if (month !== undefined && !/^\d{4}-(?:0[1-9]|1[0-2])$/.test(month))
    throw new UsageError(`--${name} is a month such as 2026-01.`)
  return month
}

async function exportTo(folder: string, config: Config): Promise<number> {
  const tenant = wish.clinic ?? 'main'
  const first = readMonth('since') ?? '0000-00'
  const last = readMonth('until') ?? '9999-99'
  mkdirSync(join(folder, 'keys'), { recursive: true })
  for (const [kid, key] of openKeyFolder(config).trusted())
    writeFileSync(join(folder, 'keys', `${kid}.pub.pem`), publicPem(key))
  writeFileSync(join(folder, 'HOW-TO-VERIFY.md'), howToVerify)
  await using chain = await AuditChain.open(findDatabaseUrl(config))
  const buried = new Map(await chain.buried(tenant))
  const files = {
    events: openFile(join(folder, 'events.ndjson')),
    seals: openFile(join(folder, 'seals.ndjson')),
  }
  const table = wish.csv ? openFile(join(folder, 'events.csv')) : undefined
  await table?.write(csvHead)
  let events = 0
  let head = { number: -1, hash: '' }
  let installation = ''
  for await (const entry of chain.entries(tenant)) {
    const { month, kind, number, statement } = entry
    head = { number, hash: statementHash(statement) }
    installation = readStatement(statement).installation
    const left = kind === 'seal' && month !== undefined && (month < first || month > last)
    if (left && month !== undefined) buried.set(month, Number.MAX_SAFE_INTEGER)
    const { ids: _, leaves: __, ...bare } = entry
    await files.seals.write(`${JSON.stringify(exportEntry(left ? bare : entry))}\n`)
    if (left || kind !== 'seal' || month === undefined || number <= (buried.get(month) ?? -1)) continue
    const texts = (await chain.events(tenant, month, entry.ids ?? [])).map(({ text }) => text)
    events += texts.length
    await files.events.write(texts.map((text) => `${text}\n`).join(''))
    if (table !== undefined) await table.write(texts.map(csvLine).join(''))
  }
  await Promise.all([files.events.end(), files.seals.end(), table?.end()])
  const manifest: Manifest = {
    tenant,
    installation,
    exported: new Date().toISOString(),
    head,
    events,
    buried: Object.fromEntries(buried),
  }
  writeFileSync(join(folder, 'manifest.json'), `${JSON.stringify(manifest, undefined, 2)}\n`)
  const description = `${events} events, ${wish.since ?? 'the beginning'} to ${wish.until ?? 'the end'}`
  await recordCommand(config, new Map([[tenant, { deed: 'audit-exported', description }]]))
  process.stderr.write(`${events} events and ${head.number + 1} entries of ${tenant} are in ${folder}\n`)
  return 0
}

await runCommand(async (config) => {
  if (wish.out === undefined) throw new UsageError(`Name the folder: --out FOLDER.\n\n${usage}`)
  return await exportTo(wish.out, config)
})
