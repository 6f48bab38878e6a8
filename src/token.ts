import { randomUUID } from 'node:crypto'
import { parseArgs } from 'node:util'
import { createPrincipal } from '#access/create-principal.ts'
import type { SecurityFact } from '#audit/security-event.ts'
import { loadDefinitions } from '#fhir/load-definitions.ts'
import { signAccessToken, type TokenClaims } from '#oauth/access-token.ts'
import { longestTokenLifeSeconds } from '#oauth/key-material.ts'
import { addRegistrationToken } from '#oauth/server/registration-token.ts'
import { openSigningKeys } from '#oauth/signing-keys.ts'
import { connectSigningKeyRows } from '#store/signing-keys-connection.ts'
import { recordCommand } from './audit-arguments.ts'
import { runOrExplain, UsageError } from './command.ts'
import { type Config, readConfig } from './config.ts'
import { findDatabaseUrl } from './connection.ts'
import { clinicsOf } from './join-audit.ts'

const usage = `Prints an access token of the local server, for trying things.

  npm run --silent token -- --scope 'system/*.cruds'
  npm run --silent token -- --scope 'patient/*.rs' --patient ID
  npm run --silent token -- --scope 'user/*.cruds' --user Practitioner/ID

  --scope    SMART scopes, v1 or v2, separated by blanks
  --patient  id of the Patient that patient/ scopes are about
  --user     Practitioner/ID, PractitionerRole/ID or Patient/ID: who user/ scopes act for
  --role     what the user is at the clinic, instead of what --user tells; may be repeated
  --clinic   the clinic whose base the token is for (main)
  --ttl      seconds that it is good for (TOKEN_LIFETIME, ${longestTokenLifeSeconds} at most)

  --registration  no token for FHIR: one with which an app registers itself, once, within a week
  --rotate-key   no token: makes a new signing key and prints its id; tokens of the old one run out by themselves
`

interface Wish {
  readonly claims: TokenClaims
  readonly lifeSeconds: number
}

function readWish(values: ReturnType<typeof parseArguments>, config: Config): Wish {
  if (values.scope === undefined)
    throw new UsageError(`Name the scopes: --scope 'system/*.cruds'.\n\n${usage}`)
  const tenant = values.clinic ?? 'main'
  if (!/^[a-z0-9][a-z0-9-]{0,62}$/.test(tenant)) {
    throw new UsageError('--clinic is the name in the base /c/{clinic}/fhir.')
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
      ...(values.role === undefined ? {} : { roles: values.role }),
    },
    lifeSeconds,
  }
}

function parseArguments(args: readonly string[]) {
  try {
    const text = { type: 'string' } as const
    return parseArgs({
      args: [...args],
      options: {
        scope: text,
        patient: text,
        role: { type: 'string', multiple: true },
        user: text,
        clinic: text,
        ttl: text,
        'rotate-key': { type: 'boolean' },
        registration: { type: 'boolean' },
      },
    }).values
  } catch (error) {
    throw new UsageError(`${(error as Error).message}\n\n${usage}`)
  }
}

/** A token that grants nothing would only move the question to a 403; one that grants less says so beside it. */
function checkGranted({ claims }: Wish, tokenId: string): void {
  const { ignored, scopes } = createPrincipal({ ...claims, tokenId }, loadDefinitions())
  if (ignored.length === 0) return
  const reasons = ignored.map(({ scope, reason }) => `  ${scope}: ${reason}`)
  const sentence = `These scopes grant nothing:\n${reasons.join('\n')}`
  if (scopes.length === 0) throw new UsageError(sentence)
  process.stderr.write(`${sentence}\n`)
}

/** Before anybody has it. */
async function recordToken(config: Config, { claims }: Wish, tokenId: string): Promise<void> {
  const { tenant, clientId, scope, patient } = claims
  const fact: SecurityFact = {
    deed: 'token-issued',
    description: 'A token was made with npm run token',
    details: { client: clientId, scope },
    about: { id: tokenId },
    ...(patient !== undefined && { patient }),
  }
  await recordCommand(config, new Map([[tenant, fact]]))
}

async function recordChange(config: Config, fact: SecurityFact): Promise<void> {
  await recordCommand(config, new Map(clinicsOf(config).map((clinic) => [clinic, fact])))
}

async function run(args: readonly string[]): Promise<string> {
  const config = readConfig(process.env)
  const values = parseArguments(args)
  if (values['rotate-key']) {
    await using rows = await connectSigningKeyRows(findDatabaseUrl(config))
    const kid = await (await openSigningKeys({ rows })).rotate()
    const description = 'Tokens are signed with a new key'
    await recordChange(config, { deed: 'configuration-changed', description, details: { kid } })
    return kid
  }
  if (values.registration) {
    const description = 'A token was made with which an app registers itself'
    await recordChange(config, { deed: 'configuration-changed', description })
    const { openDatabase } = await import('#store/open-database.ts')
    await using database = await openDatabase({
      url: findDatabaseUrl(config),
      definitions: loadDefinitions(),
      poolSize: 2,
      localBases: () => [],
      timeZone: () => config.timeZone,
      onFault: () => undefined,
    })
    return await addRegistrationToken((text, given) => database.global(text, given))
  }
  const wish = readWish(values, config)
  const tokenId = randomUUID()
  checkGranted(wish, tokenId)
  await using rows = await connectSigningKeyRows(findDatabaseUrl(config))
  await recordToken(config, wish, tokenId)
  return await signAccessToken(wish.claims, {
    keys: await openSigningKeys({ rows }),
    publicUrl: config.publicUrl,
    lifeSeconds: wish.lifeSeconds,
    tokenId,
    now: new Date(),
  })
}

await runOrExplain(async () => {
  process.stdout.write(`${await run(process.argv.slice(2))}\n`)
})
