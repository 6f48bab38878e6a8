import type { SecurityFact } from '#audit/security-event.ts'
import { openKeyFolder, readArguments, recordCommand, runCommand } from './audit-arguments.ts'
import { clinicsOf } from './join-audit.ts'

const usage = `The key that seals the audit trail.

  npm run audit:key               prints the id of the one in use
  npm run audit:key -- --rotate   makes a new one; the old one signs it in with the next seal of each clinic
`

const wish = readArguments(usage, [], ['rotate'])

await runCommand(async (config) => {
  const folder = openKeyFolder(config)
  if (!wish.rotate) {
    process.stdout.write(`${folder.current().kid}\n`)
    return 0
  }
  const { from, to } = folder.rotate()
  const fact: SecurityFact = { deed: 'audit-key-rotated', details: { from, to } }
  await recordCommand(config, new Map(clinicsOf(config).map((clinic) => [clinic, fact])))
  process.stdout.write(`${to}\n`)
  return 0
})
