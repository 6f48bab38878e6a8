import { createPrincipal } from '#access/create-principal.ts'
import type { Principal } from '#access/principal.ts'
import { parseJson } from '#fhir/json.ts'
import { loadDefinitions } from '#fhir/load-definitions.ts'
import { newId } from '#fhir/new-id.ts'
import { buildOperationOutcome } from '#fhir/operation-outcome.ts'
import { createPagingTokens } from '#fhir/paging-token.ts'
import { Refusal } from '#fhir/refusal.ts'
import type { Resource } from '#fhir/resource.ts'
import { parseQuery } from '#interaction/address/query.ts'
import { findRoute, withCompartment } from '#interaction/address/route.ts'
import { splitTarget } from '#interaction/address/target.ts'
import type { FhirRequest, InteractionName, RequestHeaders } from '#interaction/exchange.ts'
import { createPatch } from '#interaction/patch/create-patch.ts'
import { createRoad } from '#interaction/road.ts'
import type { InteractionSettings, Road } from '#interaction/walk.ts'
import type { WriteRule } from '#interaction/write-rule.ts'
import type { Database } from '#store/store.ts'
import { createTestDatabase } from '../support/database.ts'
import { testValidator } from '../support/validator.ts'

export const definitions = loadDefinitions()
const applyPatch = createPatch(definitions)

export const base = 'http://127.0.0.1:8080/fhir'

export interface Answer {
  readonly status: number
  readonly text: string
  /** The body, or the OperationOutcome of a refusal. */
  readonly json: Resource
  readonly location?: string
  readonly etag?: string
  readonly lastModified?: Date
  readonly headers: Readonly<Record<string, string>>
}

export interface Sending extends RequestHeaders {
  readonly as?: Principal
  /** JSON text is parsed as a body from the wire would be. */
  readonly body?: object | string
  readonly mediaType?: string
}

export interface Clinic {
  readonly database: Database
  readonly road: Road
  /** `PUT /Patient/1`, down the road as from the wire. */
  send(line: string, sending?: Sending): Promise<Answer>
  [Symbol.asyncDispose](): Promise<void>
}

export function principal(scope: string, more: { patient?: string; tenant?: string } = {}): Principal {
  const claims = { tenant: 'main', clientId: 'test-app', tokenId: 'token-1', scope, ...more }
  return createPrincipal(claims, definitions)
}

const everything = principal('system/*.cruds')

export async function openClinic(
  options: { settings?: Partial<InteractionSettings>; rules?: readonly WriteRule[] } = {},
): Promise<Clinic> {
  const opened = await createTestDatabase()
  const { database } = opened
  const road = createRoad({
    database,
    definitions,
    validator: testValidator(definitions),
    applyPatch,
    rules: options.rules ?? [],
    settings: { ...defaults, ...options.settings },
    pages: createPagingTokens({ key: new Uint8Array(32), lifetime: 3_600_000, clock: () => new Date() }),
    clock: () => new Date(),
    newId,
    runBundle: () => Promise.reject(new Error('no bundles here')),
    invokeOperation: () => Promise.reject(new Error('no operations here')),
  })
  return {
    database,
    road,
    send: (line, sending = {}) => send(road, line, sending),
    [Symbol.asyncDispose]: async () => opened[Symbol.asyncDispose](),
  }
}

const defaults: InteractionSettings = {
  requireIfMatch: false,
  conditionalDeleteMultiple: false,
  conditionalDeleteLimit: 100,
  pageSize: 20,
  pageSizeLimit: 1000,
  discloseStaff: false,
  timeZone: 'UTC',
}

async function send(road: Road, line: string, sending: Sending): Promise<Answer> {
  const { as = everything, ...rest } = sending
  try {
    const { status, body, headers, ...version } = await road.interact(toRequest(line, rest), as)
    return { status, text: body ?? '', json: JSON.parse(body ?? '{}'), headers: headers ?? {}, ...version }
  } catch (refusal) {
    if (!(refusal instanceof Refusal)) throw refusal
    const text = JSON.stringify(buildOperationOutcome(refusal))
    return { status: refusal.status, text, json: JSON.parse(text), headers: refusal.headers }
  }
}

export function toRequest(
  line: string,
  { body, mediaType, ...headers }: Omit<Sending, 'as'> = {},
): FhirRequest {
  const [method, url] = line.split(' ') as [FhirRequest['method'], string]
  const { path, query } = splitTarget(url)
  const found = findRoute(method, path, (name) => definitions.isResourceType(name))
  const { body: _, compartment: __, ...route } = found
  return {
    ...route,
    interaction: route.interaction as InteractionName,
    method,
    query: withCompartment(found, parseQuery(query, 'query')),
    headers,
    base,
    requestId: 'request-1',
    ...(body !== undefined && {
      body: {
        mediaType: mediaType ?? 'application/fhir+json',
        json: parseJson(typeof body === 'string' ? body : JSON.stringify(body)),
      },
    }),
  }
}

export function patient(family: string, more: object = {}): Resource {
  return { resourceType: 'Patient', name: [{ family }], ...more }
}

/** Reads and searches of the audit trail leave their own trace: look at the rest. */
export async function auditTrail(database: Database, tenant = 'main'): Promise<readonly Resource[]> {
  const query = {
    types: ['AuditEvent'],
    where: [],
    sort: [],
    count: 1000,
    total: 'none',
    includes: [],
  } as const
  const { matches } = await database.asSystem(tenant).search(query)
  return matches.map(({ text }) => JSON.parse(text) as Resource)
}
