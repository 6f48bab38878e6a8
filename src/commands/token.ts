import { randomUUID } from 'node:crypto'
import { createPrincipal } from '#access/create-principal.ts'
import type { SecurityFact } from '#audit/security-event.ts'
import { loadDefinitions } from '#fhir/load-definitions.ts'
import { signAccessToken, type TokenClaims } from '#oauth/access-token.ts'
import { longestTokenLifeSeconds } from '#oauth/key-material.ts'
import { addRegistrationToken } from '#oauth/server/registration-token.ts'
import { openSigningKeys } from '#oauth/signing-keys.ts'
import type { Database } from '#store/store.ts'
import { type Config, readConfig } from '../config.ts'
import { clinicsOf } from '../join-audit.ts'
import { printAnswer, readArguments, UsageError } from './command.ts'
import { openCommandDatabase } from './command-database.ts'
import { openCommandLog } from './record-command.ts'

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

function readWish(values: ReturnType<typeof readOptions>, config: Config): Wish {
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

function readOptions() {
  const text = { type: 'string' } as const
  const flag = { type: 'boolean' } as const
  const options = {
    ...{ scope: text, patient: text, user: text, clinic: text, ttl: text },
    role: { ...text, multiple: true },
    ...{ 'rotate-key': flag, registration: flag },
  } as const
  return readArguments(usage, { options }).values
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
function recordToken(config: Config, database: Database, { claims }: Wish, tokenId: string): Promise<void> {
  const { tenant, clientId, scope, patient } = claims
  return openCommandLog(config, database)(tenant, {
    deed: 'token-issued',
    description: 'A token was made with npm run token',
    details: { client: clientId, scope },
    about: { id: tokenId },
    ...(patient !== undefined && { patient }),
  })
}

async function recordChange(
  config: Config,
  database: Database,
  fact: Pick<SecurityFact, 'description' | 'details'>,
): Promise<void> {
  const record = openCommandLog(config, database)
  for (const clinic of clinicsOf(config)) await record(clinic, { deed: 'configuration-changed', ...fact })
}

async function answer(): Promise<string> {
  const config = readConfig(process.env)
  const values = readOptions()
  if (values['rotate-key']) {
    await using database = await openCommandDatabase(config)
    const kid = await (await openSigningKeys({ rows: database.signingKeys })).rotate()
    await recordChange(config, database, {
      description: 'Tokens are signed with a new key',
      details: { kid },
    })
    return kid
  }
  if (values.registration) {
    await using database = await openCommandDatabase(config)
    const description = 'A token was made with which an app registers itself'
    await recordChange(config, database, { description })
    return await addRegistrationToken((text, given) => database.global(text, given))
  }
  const wish = readWish(values, config)
  const tokenId = randomUUID()
  checkGranted(wish, tokenId)
  await using database = await openCommandDatabase(config)
  await recordToken(config, database, wish, tokenId)
  return await signAccessToken(wish.claims, {
    keys: await openSigningKeys({ rows: database.signingKeys }),
    publicUrl: config.publicUrl,
    lifeSeconds: wish.lifeSeconds,
    tokenId,
    now: new Date(),
  })
}

await printAnswer(answer)
