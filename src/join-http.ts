import { readFileSync } from 'node:fs'
import type { Logger } from 'pino'
import { buildAuditEvent } from '#audit/build-audit-event.ts'
import type { Definitions } from '#fhir/definitions.ts'
import { newId } from '#fhir/new-id.ts'
import { listCodeSystems } from '#fhir/terminology/load-terminology.ts'
import { createXmlLoader } from '#fhir/xml/load-xml-format.ts'
import type { Limits } from '#http/limits/limits.ts'
import { createMetrics } from '#http/metrics.ts'
import { defaultHttpSettings, type HttpParts, type RefusedRequest } from '#http/parts.ts'
import { type CapabilityParts, createCapabilities } from '#interaction/capabilities/capabilities.ts'
import { listServedProfiles } from '#interaction/capabilities/shipped.ts'
import { createOpenApi } from '#interaction/openapi/openapi.ts'
import type { Operation } from '#interaction/operation.ts'
import type { Road } from '#interaction/walk.ts'
import type { SigningKeys } from '#oauth/signing-keys.ts'
import { buildSmartConfiguration } from '#oauth/smart-configuration.ts'
import type { Database } from '#store/store.ts'
import type { Config } from './config.ts'
import type { AuditTrail } from './join-audit.ts'
import type { Oauth } from './join-oauth.ts'
import type { Scheduling } from './join-scheduling.ts'

export interface HttpJoin {
  readonly scheduling: Scheduling
  readonly database: Database
  readonly definitions: Definitions
  readonly keys: SigningKeys
  readonly oauth: Oauth
  readonly road: Road
  readonly operations: readonly Operation[]
  readonly auditTrail: AuditTrail
  readonly limits: Limits
  readonly logger: Logger
}

/** All that HTTP asks of the other rooms. */
export function joinHttp(config: Config, joined: HttpJoin): HttpParts {
  const { database, definitions, keys, oauth, road, operations, scheduling, auditTrail, limits, logger } =
    joined
  const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))
  const about: CapabilityParts = {
    definitions,
    operations,
    settings: config,
    version,
    since: new Date(),
    profiles: () => listServedProfiles(definitions),
    codeSystems: () => listCodeSystems(),
  }
  const capabilities = createCapabilities(about)
  const clinics = new Set(['main', ...config.clinics])
  return {
    interact: road.interact,
    readFeed: scheduling.readFeed,
    readPublished: scheduling.readPublished,
    readPublishedSlot: scheduling.readPublishedSlot,
    limits,
    authenticate: oauth.authenticate,
    capabilities: capabilities.answer,
    openApi: createOpenApi(about).answer,
    version,
    loadXml: createXmlLoader(definitions),
    smartConfiguration: (base) => JSON.stringify(buildSmartConfiguration(base.origin, oauth.registers)),
    authorization: oauth.door,
    keySet: keys.jwks,
    isClinic: (clinic) => clinics.has(clinic),
    isResourceType: (name) => definitions.isResourceType(name),
    checks: { database: () => database.ping() },
    recordRefused: (refused) => recordRefused(database, refused),
    metrics: createMetrics({
      pool: () => database.stats(),
      outbox: async () => (await database.outbox()).rows,
      audit: auditTrail.state,
    }),
    logger,
    settings: {
      ...defaultHttpSettings,
      ...(config.publicUrl === undefined ? {} : { publicUrl: config.publicUrl }),
      trustProxy: config.trustProxy,
      corsOrigins: config.corsOrigins,
      maxBodyBytes: config.bodyLimit,
    },
  }
}

/** Requests that never reached the road leave their AuditEvent too. */
function recordRefused(database: Database, refused: RefusedRequest): Promise<void> {
  const { tenant, refusal, ...about } = refused
  const event = buildAuditEvent({
    ...about,
    id: newId(),
    when: new Date(),
    status: refusal.status,
    resourceId: refused.id,
  })
  return database.recordAudit(tenant, event)
}
