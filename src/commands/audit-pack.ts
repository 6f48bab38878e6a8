import { packAuditMonths } from '#store/audit-packing.ts'
import { readConfig } from '../config.ts'
import { readArguments, runCommand } from './command.ts'
import { findDatabaseUrl } from './command-database.ts'
import { recordCommand } from './record-command.ts'

const usage = `Compresses the months of the audit trail that are over, to about half; seals and events stay as they are.

  npm run audit:pack

A month cannot be read while it is compressed: some seconds for a hundred thousand events.
`

await runCommand(async () => {
  readArguments(usage, {})
  const config = readConfig(process.env)
  const months: string[] = []
  for await (const { month, before, after } of packAuditMonths(findDatabaseUrl(config), new Date())) {
    months.push(month)
    process.stdout.write(`${month}: ${megabytes(before)} MB, now ${megabytes(after)} MB\n`)
  }
  if (months.length === 0) {
    process.stdout.write('All months that are over are compressed.\n')
    return 0
  }
  const description = `The audit trail of ${months.join(', ')} was compressed`
  await recordCommand(config, { deed: 'command', description })
  return 0
}, 2)

function megabytes(bytes: number): string {
  return (bytes / 2 ** 20).toFixed(1)
}
