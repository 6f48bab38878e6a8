import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { importJWK, type JWK } from 'jose'
import type { App, Apps, Subject } from './check.ts'
import { openDemo } from './demo.ts'
import { buildTable, runChecks } from './run.ts'

const usage = `Goes through SMART App Launch in the order of the public suites.

  npm run conformance:smart -- BASE
  npm run conformance:smart -- BASE --apps apps.json

  BASE    a FHIR base; of a demo server of ours all is done that needs a user
  --apps  registered apps: {"public": {clientId, redirectUri}, "symmetric": {…, secret}, "asymmetric": {…, jwk},
          "backend": {…, jwk, scope}}; jwk is the private key with kid and alg
`

type WrittenApp = App & { readonly secret?: string; readonly jwk?: JWK; readonly scope?: string }

async function readApps(file: string): Promise<Apps> {
  const written = JSON.parse(readFileSync(file, 'utf8')) as Record<string, WrittenApp>
  const apps: Record<string, unknown> = {}
  for (const [name, { jwk, ...app }] of Object.entries(written)) {
    const { kid = '', alg: algorithm = 'ES384' } = jwk ?? {}
    apps[name] = jwk === undefined ? app : { ...app, kid, algorithm, key: await importJWK(jwk, algorithm) }
  }
  return apps as Apps
}

const { positionals, values } = parseArgs({ allowPositionals: true, options: { apps: { type: 'string' } } })
const base = positionals[0]?.replace(/\/$/, '')
if (base === undefined || !URL.canParse(base)) {
  process.stderr.write(usage)
  process.exitCode = 1
} else {
  const subject: Subject =
    values.apps === undefined ? await openDemo(base) : { base, apps: await readApps(values.apps) }
  const outcomes = await runChecks(subject)
  process.stdout.write(buildTable(outcomes))
  if (outcomes.some(({ result }) => result === 'failed')) process.exitCode = 1
}
