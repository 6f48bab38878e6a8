import { randomUUID } from 'node:crypto'
import type { Logger } from 'pino'
import { createPrincipal } from '#access/create-principal.ts'
import type { SecurityLog } from '#audit/security-log.ts'
import type { Definitions } from '#fhir/definitions.ts'
import { loadDefinitions } from '#fhir/load-definitions.ts'
import { newId } from '#fhir/new-id.ts'
import { createPagingTokens } from '#fhir/paging-token.ts'
import { loadProfiles } from '#fhir/profiles/load-profiles.ts'
import { Refusal } from '#fhir/refusal.ts'
import { shippedFingerprint } from '#fhir/shipped/fingerprint.ts'
import { listShipped } from '#fhir/shipped/list-shipped.ts'
import { loadTerminology } from '#fhir/terminology/load-terminology.ts'
import type { Terminology } from '#fhir/terminology/terminology.ts'
import { createHttpApp } from '#http/app.ts'
import { listen } from '#http/listen.ts'
import { createRunBundle } from '#interaction/bundle/run-bundle.ts'
import { createKeptProvenanceRule } from '#interaction/check-kept-provenance.ts'
import { createShippedRule } from '#interaction/definitions/check-shipped.ts'
import { createStructureDefinitionRule } from '#interaction/definitions/check-structure-definition.ts'
import { createTerminologyRule } from '#interaction/definitions/check-terminology.ts'
import { ClinicDefinitions } from '#interaction/definitions/clinic-definitions.ts'
import { shipDefinitions } from '#interaction/definitions/ship-definitions.ts'
import { createPartOfRule } from '#interaction/directory/check-part-of.ts'
import { createUnusedRule } from '#interaction/directory/check-unused.ts'
import { createInvokeOperation } from '#interaction/operations/invoke-operation.ts'
import { loadOperations } from '#interaction/operations/load-operations.ts'
import { createPatch } from '#interaction/patch/create-patch.ts'
import { createRoad } from '#interaction/road.ts'
import type { InteractionSettings, Road } from '#interaction/walk.ts'
import { signAccessToken, type TokenClaims } from '#oauth/access-token.ts'
import type { AuthorizationServer } from '#oauth/server/authorization-server.ts'
import { openSigningKeys } from '#oauth/signing-keys.ts'
import { migrate } from '#store/migrate.ts'
import { openDatabase } from '#store/open-database.ts'
import type { Database } from '#store/store.ts'
import { createClinicValidator } from '#validation/clinic-validator.ts'
import { faultOfExpression } from '#validation/fault-of-expression.ts'
import { createValidator } from '#validation/validator.ts'
import { clinicBases } from './clinic-bases.ts'
import type { Config } from './config.ts'
import { fillEmptyClinic } from './fill-empty-clinic.ts'
import { type Access, joinAccess } from './join-access.ts'
import { type AuditTrail, joinAuditTrail, joinSecurityLog } from './join-audit.ts'
import { joinHttp } from './join-http.ts'
import { joinLimits } from './join-limits.ts'
import { joinMail, type Mail } from './join-mail.ts'
import { shareLetters } from './join-messages.ts'
import { joinOauth, type People } from './join-oauth.ts'
import { joinPeople } from './join-people.ts'
import { joinScheduling } from './join-scheduling.ts'
import { migrationFolders } from './migration-folders.ts'

export interface App extends AsyncDisposable {
  /** Where it listens: scheme, host and port. */
  readonly url: string
  readonly database: Database
  readonly road: Road
  /** For what happens beside the interactions of FHIR. */
  readonly securityLog: SecurityLog
  readonly authorization: AuthorizationServer
  /** Signed with the server's own key, for whoever runs the server. */
  sign(claims: TokenClaims): Promise<string>
  /** Answers what is being worked on, then lets go of everything. */
  close(): Promise<void>
}

export interface AppOptions {
  /** Who signs in, and how. */
  readonly people?: (server: AuthorizationServer) => People
  /** Nobody is answered before. */
  readonly ready?: Promise<void> | undefined
}

/** Introduces the rooms to each other. The database runs already. */
export async function openApp(
  config: Config,
  databaseUrl: string,
  logger: Logger,
  options: AppOptions = {},
): Promise<App> {
  await using opened = new AsyncDisposableStack()
  const definitions = loadDefinitions()
  const terminology = loadTerminology()
  const { warnings } = await migrate({ url: databaseUrl, definitions, folders: migrationFolders })
  for (const warning of warnings) logger.warn(warning)
  let port = config.port
  const localBases = (tenant: string) => clinicBases(config, port, tenant)
  const database = opened.use(
    await openDatabase({
      url: databaseUrl,
      definitions,
      terminology,
      poolSize: config.poolSize,
      statementTimeout: config.statementTimeout,
      checkReferences: config.checkReferences,
      localBases,
      timeZone: () => config.timeZone,
      onFault: (sentence, cause) => logger.error({ err: cause }, sentence),
    }),
  )
  const securityLog = joinSecurityLog(config, database, () => port)
  const auditTrail = opened.use(await joinAuditTrail({ config, databaseUrl, database, securityLog, logger }))
  const access = opened.use(joinAccess({ database, definitions, securityLog, timeZone: config.timeZone }))
  const mail = joinMail(config, logger)
  const keys = await openSigningKeys({ rows: database.signingKeys })
  const oauth = opened.use(
    await joinOauth({
      config,
      database,
      definitions,
      securityLog,
      logger,
      keys,
      access,
      people:
        options.people ??
        (await joinPeople({ config, database, definitions, securityLog, logger, access, mail })),
    }),
  )
  const { road, operations, scheduling } = await buildRoad(
    config,
    database,
    { definitions, terminology, localBases, access, securityLog, auditTrail, mail },
    logger,
  )
  await fillEmptyClinic(config, { database, road, definitions })
  opened.use(scheduling.start(road))
  const http = createHttpApp(
    joinHttp(config, {
      database,
      definitions,
      keys,
      oauth,
      road,
      operations,
      scheduling,
      auditTrail,
      limits: opened.use(await joinLimits(config, logger)).limits,
      logger,
    }),
  )
  await options.ready
  const listening = await listen(http, config).catch(refusePort(config))
  opened.defer(() => listening.close())
  // Some seconds after an installation, and nothing on any other day: nobody waits for it.
  const shipped = shipDefinitions({
    database,
    list: listShipped,
    fingerprint: shippedFingerprint(),
    clock: () => new Date(),
  }).catch((cause) => logger.error({ err: cause }, 'The definitions shipped with the server were not stored'))
  opened.defer(async () => void (await shipped))
  port = Number(new URL(listening.url).port)
  const kept = opened.move()
  const close = () => kept.disposeAsync()
  return {
    url: listening.url,
    database,
    road,
    securityLog,
    authorization: oauth.server,
    sign: (claims) =>
      signAccessToken(claims, {
        keys,
        publicUrl: config.publicUrl,
        lifeSeconds: config.tokenLifetime,
        tokenId: randomUUID(),
        now: new Date(),
      }),
    close,
    [Symbol.asyncDispose]: close,
  }
}

interface Known {
  readonly definitions: Definitions
  readonly terminology: Terminology
  readonly localBases: (tenant: string) => readonly string[]
  readonly access: Access
  readonly securityLog: SecurityLog
  readonly auditTrail: AuditTrail
  readonly mail: Mail
}

async function buildRoad(config: Config, database: Database, known: Known, logger: Logger) {
  const { definitions, terminology, localBases, access, securityLog, auditTrail, mail } = known
  const settings: InteractionSettings = {
    requireIfMatch: config.requireIfMatch,
    conditionalDeleteMultiple: config.conditionalDeleteMultiple,
    conditionalDeleteLimit: 1_000,
    pageSize: 20,
    pageSizeLimit: 1_000,
    discloseStaff: config.discloseStaff,
    timeZone: config.timeZone,
  }
  const clock = () => new Date()
  const pages = createPagingTokens({ key: await database.secret('paging'), lifetime: 24 * 3_600_000, clock })
  const shipped = { profiles: loadProfiles(definitions), valueSets: terminology }
  const clinicDefinitions = new ClinicDefinitions({
    database,
    definitions,
    shipped,
    loadValueSets: (reads) => reads.terminology(),
    subscribe: (listener) => database.definitionChanges.subscribe(listener),
  })
  const changed = (tenant: string) => clinicDefinitions.forget(tenant)
  const { refuseUnknownProfiles } = config
  const validator = createClinicValidator(
    createValidator({ definitions, ...shipped, settings: { refuseUnknownProfiles } }),
    (tenant) => clinicDefinitions.of(tenant),
  )
  const scheduling = joinScheduling({
    ...{ database, settings: config, clock, newId, localBases, pages, securityLog },
    principalOf: (tenant) =>
      createPrincipal(
        { tenant, clientId: 'almanac', tokenId: 'scheduling', scope: 'system/*.cruds' },
        definitions,
      ),
    sendLetter: config.tellPatients && mail.delivers ? mail.mailer.send : undefined,
    share: await shareLetters(config.redisUrl, (sentence, err) => logger.error({ err }, sentence)),
    onFault: (sentence, cause) => logger.error({ err: cause }, sentence),
  })
  const operations = [
    ...loadOperations({ database, definitions, settings, pages, clock, validator }),
    ...access.operations,
    ...scheduling.operations,
    ...auditTrail.operations,
  ]
  const road = createRoad({
    database,
    definitions,
    rules: [
      createShippedRule(database),
      createStructureDefinitionRule({ definitions, shipped: shipped.profiles, faultOfExpression, changed }),
      createTerminologyRule(changed),
      createPartOfRule(),
      createUnusedRule(definitions),
      createKeptProvenanceRule(),
      ...access.rules,
      ...scheduling.rules,
    ],
    settings,
    pages,
    clock,
    newId,
    validator,
    applyPatch: createPatch(definitions),
    runBundle: createRunBundle({
      database,
      definitions,
      settings,
      newId,
      entryLimit: config.bundleLimit,
      reportFault: (failure) => logger.error({ err: failure }, 'an entry of a batch failed'),
    }),
    invokeOperation: createInvokeOperation({ database, definitions, operations }),
  })
  return { road, operations, scheduling }
}

function refusePort({ host, port }: Config): (cause: NodeJS.ErrnoException) => never {
  return (cause) => {
    const reason =
      cause.code === 'EADDRINUSE' ? 'another program listens there' : (cause.code ?? cause.message)
    throw new Refusal(
      'unavailable',
      `Cannot listen on port ${port} of ${host} (${reason}): set PORT or HOST.`,
      { cause },
    )
  }
}
