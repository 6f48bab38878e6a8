import { KeyFolder } from '#audit/seals/key-folder.ts'
import { readConfig } from '../config.ts'
import { auditFolder } from '../join-audit.ts'
import { readArguments, runCommand } from './command.ts'
import { recordCommand } from './record-command.ts'

const usage = `The key that seals the audit trail.

  npm run audit:key               prints the id of the one in use
  npm run audit:key -- --rotate   makes a new one; the old one signs it in with the next seal of each clinic
`

await runCommand(async () => {
  const { values: wish } = readArguments(usage, { options: { rotate: { type: 'boolean' } } })
  const config = readConfig(process.env)
  const folder = new KeyFolder(auditFolder(config))
  if (!wish.rotate) {
    process.stdout.write(`${folder.current().kid}\n`)
    return 0
  }
  const { from, to } = folder.rotate()
  await recordCommand(config, { deed: 'audit-key-rotated', details: { from, to } })
  process.stdout.write(`${to}\n`)
  return 0
}, 2)
