import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { startEmbeddedPostgres } from '#store/embedded-postgres.ts'
import { describeReport } from './describe-report.ts'
import { runChaos } from './run-chaos.ts'

const { values } = parseArgs({
  options: { operations: { type: 'string', default: '12000' }, write: { type: 'boolean', default: false } },
})

const folder = mkdtempSync(join(tmpdir(), 'almanac-chaos-'))
const postgres = await startEmbeddedPostgres(folder)
try {
  const report = await runChaos({
    databaseUrl: postgres.url,
    operations: Number(values.operations),
    ...{ servers: 3, clients: 24, every: 1_500, clockWrongBy: 7 },
  })
  const text = describeReport(report)
  process.stdout.write(text)
  if (values.write) writeFileSync(new URL('../../docs/chaos.md', import.meta.url), text)
  if (report.faults.length > 0) process.exitCode = 1
} finally {
  await postgres.stop()
  rmSync(folder, { recursive: true, force: true })
}
