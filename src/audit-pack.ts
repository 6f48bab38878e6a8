import { packAuditMonths } from '#store/audit-packing.ts'
import { readArguments, recordCommand, runCommand } from './audit-arguments.ts'
import { findDatabaseUrl } from './connection.ts'
import { clinicsOf } from './join-audit.ts'

const usage = `Compresses the months of the audit trail that are over, to about half; seals and events stay as they are.

  npm run audit:pack

A month cannot be read while it is compressed: some seconds for a hundred thousand events.
`

readArguments(usage, [], [])

await runCommand(async (config) => {
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
  await recordCommand(
    config,
    new Map(clinicsOf(config).map((clinic) => [clinic, { deed: 'command', description }])),
  )
  return 0
})

function megabytes(bytes: number): string {
  return (bytes / 2 ** 20).toFixed(1)
}
