import { readFileSync } from 'node:fs'
import type { Claims } from '#access/claims.ts'
import { createPrincipal, type GrantedPrincipal } from '#access/create-principal.ts'
import { type Explanation, explainAccess } from '#access/explain/explain-access.ts'
import { checkPolicy } from '#access/policy/check-policy.ts'
import type { Policy } from '#access/policy/policy.ts'
import { policySchema } from '#access/policy/policy-schema.ts'
import { buildPolicies, shippedPolicies } from '#access/policy/shipped-policies.ts'
import type { Permission } from '#access/principal.ts'
import { loadDefinitions } from '#fhir/load-definitions.ts'
import type { Resource } from '#fhir/resource.ts'
import { findRoute } from '#interaction/address/route.ts'
import { splitTarget } from '#interaction/address/target.ts'
import { ClinicPolicies } from '#interaction/policies/clinic-policies.ts'
import { createOpaqueTokens, opaqueForm } from '#oauth/opaque-tokens.ts'
import { readSignedToken } from '#oauth/signed-tokens.ts'
import { openSigningKeys } from '#oauth/signing-keys.ts'
import type { Database } from '#store/store.ts'
import { compileSchema } from '#validation/compile-schema.ts'
import { type Config, readConfig } from '../config.ts'
import { printAnswer, readArguments, UsageError } from './command.ts'
import { openCommandDatabase } from './command-database.ts'
import { openCommandLog } from './record-command.ts'

const usage = `Says which scope and which rule decides a request. Nothing is done, and nothing is shown of any record.

  npm run --silent access -- --explain --token TOKEN --request 'GET /Observation/123'
  npm run --silent access -- --explain --user Practitioner/1 --role front-desk --request 'GET /Appointment?date=2031-03-03'
  npm run --silent access -- --explain --token TOKEN --policy draft.json --request 'PATCH /Appointment/7'
  npm run --silent access -- --check draft.json

  --explain   the request is explained for the bearer of --token, or for whom the next options describe
  --token     an access token of this server
  --user, --patient, --scope, --role   in place of a token (scope: user/*.cruds); --role may be repeated
  --clinic    the clinic whose base the request is for (main)
  --request   METHOD and path below the FHIR base
  --policy    a policy to try: JSON, in place of what the clinic has for its role
  --check     is this file a policy that could be stored?
`

function readWish() {
  const text = { type: 'string' } as const
  const options = {
    explain: { type: 'boolean' },
    ...{ token: text, request: text, policy: text, check: text, clinic: text },
    ...{ user: text, patient: text, scope: text },
    role: { ...text, multiple: true },
  } as const
  return readArguments(usage, { options }).values
}

type Wish = ReturnType<typeof readWish>

const definitions = loadDefinitions()

function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch (error) {
    throw new UsageError(`${file} cannot be read as JSON: ${(error as Error).message}`)
  }
}

function readPolicyFile(file: string): Policy {
  const policy = readJson(file)
  const structure = compileSchema(policySchema)(policy)
  const issues = structure.length > 0 ? structure : checkPolicy(policy as Policy, definitions)
  if (issues.length === 0) return policy as Policy
  throw new UsageError(
    issues.map(({ diagnostics, expression = [] }) => `${expression.join()}: ${diagnostics}`).join('\n'),
  )
}

async function readClaims(wish: Wish, tenant: string, database: Database, config: Config): Promise<Claims> {
  const { token, role } = wish
  if (token === undefined) {
    const { user: fhirUser, patient, scope = 'user/*.cruds' } = wish
    return {
      ...{ tenant, clientId: 'access-command', tokenId: 'none', scope },
      ...(fhirUser === undefined ? {} : { fhirUser }),
      ...(patient === undefined ? {} : { patient }),
      ...(role === undefined ? {} : { roles: role }),
    }
  }
  if (!opaqueForm.test(token)) {
    const keys = await openSigningKeys({ rows: database.signingKeys })
    const { claims } = await readSignedToken(token, tenant, {
      keys,
      publicUrl: config.publicUrl,
      now: Date.now,
    })
    return claims
  }
  const found = await createOpaqueTokens((sql, values) => database.global(sql, values))(token)
  if (found === undefined) throw new UsageError('The token is unknown, has expired or was revoked.')
  const { clientId, tokenId, scope, fhirUser, context } = found
  return {
    ...{ tenant: found.tenant, clientId, tokenId, scope },
    ...(fhirUser === undefined ? {} : { fhirUser }),
    ...(context.patient === undefined ? {} : { patient: context.patient }),
    ...(role === undefined ? {} : { roles: role }),
  }
}

const permissionOf: Readonly<Record<string, Permission>> = {
  ...{ read: 'r', vread: 'r', 'history-instance': 'r', 'history-type': 's', 'search-type': 's' },
  ...{ create: 'c', update: 'u', patch: 'u', delete: 'd', operation: 'r' },
}

async function explain(wish: Wish, database: Database, config: Config): Promise<string> {
  const tenant = wish.clinic ?? 'main'
  const [, method, target] = /^(\w+) +(\S+)$/.exec(wish.request ?? '') ?? []
  if (method === undefined || target === undefined) {
    throw new UsageError(`Name a request: --request 'GET /Patient/1'.\n\n${usage}`)
  }
  const { path } = splitTarget(target.startsWith('/') ? target : `/${target}`)
  const { type, id, interaction } = findRoute(method, path, (name) => definitions.isResourceType(name))
  const permission = permissionOf[interaction]
  if (type === undefined || permission === undefined) {
    throw new UsageError('What is asked of one type can be explained: /Type, /Type/id and what is below.')
  }
  using policies = new ClinicPolicies({
    ...{ database, definitions, shipped: shippedPolicies(), clock: () => new Date() },
  })
  const stored = await policies.of(tenant)
  const tried =
    wish.policy === undefined ? stored : buildPolicies([readPolicyFile(wish.policy)], stored.openings, stored)
  const claims = await readClaims(wish, tenant, database, config)
  const principal = createPrincipal(claims, definitions, tried, new Date(), config.timeZone)
  const found = id === undefined ? undefined : await database.asSystem(tenant).read(type, id)
  const resource = found?.deleted === false ? (JSON.parse(found.text) as Resource) : undefined
  const missing = id !== undefined && resource === undefined ? [`${type}/${id} is not there.`] : []
  return [
    ...describeCaller(principal),
    ...missing,
    ...describeExplanation(explainAccess(principal, definitions, type, permission, resource)),
  ].join('\n')
}

function describeCaller({ fhirUser, clientId, roles, patient, ignored }: GrantedPrincipal): string[] {
  const who = fhirUser ?? `the client ${clientId}`
  return [
    `${who}, ${roles.length === 0 ? 'no role' : roles.join(' and ')}${patient === undefined ? '' : `, patient ${patient}`}`,
    ...ignored.map(({ scope, reason }) => `  scope ${scope} grants nothing: ${reason}`),
  ]
}

const verbs = { c: 'create', r: 'read', u: 'update', d: 'delete', s: 'search' }

function describeExplanation({
  type,
  permission,
  reasons,
  reach,
  concealed,
  decision,
}: Explanation): string[] {
  return [
    `${verbs[permission]} ${type}`,
    ...reasons.map(({ from, name, reach: words, holds }) => {
      const truth = holds === undefined ? '' : holds ? '  (holds)' : '  (does not hold)'
      return `  ${from} ${name}: ${words}${truth}`
    }),
    `  all in all: ${reach}`,
    ...(concealed.length === 0 ? [] : [`  finds nothing by: ${concealed.join(', ')}`]),
    decision,
  ]
}

async function answer(): Promise<string> {
  const config = readConfig(process.env)
  const wish = readWish()
  if (wish.check !== undefined) {
    const { role } = readPolicyFile(wish.check)
    return `A policy for ${role} that can be stored.`
  }
  if (wish.explain !== true) throw new UsageError(usage)
  await using database = await openCommandDatabase(config)
  const told = await explain(wish, database, config)
  const { token: _, explain: __, ...asked } = wish
  await openCommandLog(config, database)(wish.clinic ?? 'main', {
    deed: 'command',
    description: 'Access explained',
    details: Object.fromEntries(Object.entries(asked).map(([name, value]) => [name, String(value)])),
  })
  return told
}

await printAnswer(answer)
