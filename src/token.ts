import { randomUUID } from 'node:crypto'
import { parseArgs } from 'node:util'
import { createPrincipal } from '#access/create-principal.ts'
import { loadDefinitions } from '#fhir/load-definitions.ts'
import { Refusal } from '#fhir/refusal.ts'
import { signAccessToken, type TokenClaims } from '#oauth/access-token.ts'
import { longestTokenLifeSeconds } from '#oauth/key-material.ts'
import { openSigningKeys } from '#oauth/signing-keys.ts'
import { connectSigningKeyRows } from '#store/signing-keys-connection.ts'
import { type Config, ConfigError, readConfig } from './config.ts'
import { findDatabaseUrl } from './connection.ts'

const usage = `Prints an access token of the local server, for trying things.

  npm run --silent token -- --scope 'system/*.cruds'
  npm run --silent token -- --scope 'patient/*.rs' --patient ID
  npm run --silent token -- --scope 'user/*.cruds' --user Practitioner/ID

  --scope    SMART scopes, v1 or v2, separated by blanks
  --patient  id of the Patient that patient/ scopes are about
  --user     Practitioner/ID, PractitionerRole/ID or Patient/ID: who user/ scopes act for
  --clinic   the clinic whose base the token is for (main)
  --ttl      seconds that it is good for (TOKEN_LIFETIME, ${longestTokenLifeSeconds} at most)
`

class UsageError extends Error {}

interface Wish {
  readonly claims: TokenClaims
  readonly lifeSeconds: number
}

function readWish(args: readonly string[], config: Config): Wish {
  const { values } = parseArguments(args)
  if (values.scope === undefined)
    throw new UsageError(`Name the scopes: --scope 'system/*.cruds'.\n\n${usage}`)
  const tenant = values.clinic ?? 'main'
  if (tenant !== 'main' && !config.clinics.includes(tenant)) {
    throw new UsageError(`There is no clinic "${tenant}": CLINICS names those beside "main".`)
  }
  const lifeSeconds = values.ttl === undefined ? config.tokenLifetime : Number(values.ttl)
  if (!Number.isInteger(lifeSeconds) || lifeSeconds < 1 || lifeSeconds > longestTokenLifeSeconds) {
    throw new UsageError(`--ttl is a whole number of seconds from 1 to ${longestTokenLifeSeconds}.`)
  }
  const patient = values.patient?.replace(/^Patient\//, '')
  if (patient !== undefined && !/^[A-Za-z0-9.-]{1,64}$/.test(patient)) {
    throw new UsageError('--patient is the id of a Patient.')
  }
  if (values.user !== undefined && !/^[A-Z][A-Za-z]+\/[A-Za-z0-9.-]{1,64}$/.test(values.user)) {
    throw new UsageError('--user is a reference such as Practitioner/ID.')
  }
  return {
    claims: {
      tenant,
      clientId: 'token-command',
      scope: values.scope,
      ...(patient === undefined ? {} : { patient }),
      ...(values.user === undefined ? {} : { fhirUser: values.user }),
    },
    lifeSeconds,
  }
}

function parseArguments(args: readonly string[]) {
  try {
    const text = { type: 'string' } as const
    return parseArgs({
      args: [...args],
      options: { scope: text, patient: text, user: text, clinic: text, ttl: text },
    })
  } catch (error) {
    throw new UsageError(`${(error as Error).message}\n\n${usage}`)
  }
}

/** A token whose scopes grant nothing would only move the question to a 403. */
function checkGranted({ claims }: Wish, tokenId: string): void {
  const { ignored } = createPrincipal({ ...claims, tokenId }, loadDefinitions())
  if (ignored.length === 0) return
  const reasons = ignored.map(({ scope, reason }) => `  ${scope}: ${reason}`)
  throw new UsageError(`These scopes grant nothing:\n${reasons.join('\n')}`)
}

async function printToken(args: readonly string[]): Promise<void> {
  const config = readConfig(process.env)
  const wish = readWish(args, config)
  const tokenId = randomUUID()
  checkGranted(wish, tokenId)
  await using rows = await connectSigningKeyRows(findDatabaseUrl(config))
  const keys = await openSigningKeys({ rows })
  const token = await signAccessToken(wish.claims, {
    keys,
    publicUrl: config.publicUrl,
    lifeSeconds: wish.lifeSeconds,
    tokenId,
    now: new Date(),
  })
  process.stdout.write(`${token}\n`)
}

try {
  await printToken(process.argv.slice(2))
} catch (error) {
  if (!(error instanceof UsageError || error instanceof ConfigError || error instanceof Refusal)) throw error
  process.stderr.write(`${error.message}\n`)
  process.exitCode = 1
}
