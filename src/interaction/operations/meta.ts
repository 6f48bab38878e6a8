import { checkPermission } from '#access/check-permission.ts'
import { parseJson } from '#fhir/json.ts'
import { Refusal } from '#fhir/refusal.ts'
import type { Coding, Meta, Resource } from '#fhir/resource.ts'
import { tableOf } from '#store/columns.ts'
import type { FhirResponse } from '../exchange.ts'
import type { Operation, OperationCall } from '../operation.ts'
import type { RoadParts } from '../walk.ts'
import { answerMeta, checkThere } from './change-meta.ts'
import { loadOperationDefinition } from './operation-definition.ts'

type MetaParts = Pick<RoadParts, 'database' | 'definitions'>

/** More labels than a person would read; a clinic that has so many asks by search. */
const mostLabels = 1000
/** A statement over all types at once would be planned for longer than it runs. */
const typesAtOnce = 16

/** https://hl7.org/fhir/R4/resource-operation-meta.html */
export function createMeta(parts: MetaParts): Operation {
  return {
    definition: loadOperationDefinition('meta'),
    invoke: (call) => (call.request.id === undefined ? metaInUse(parts, call) : metaOfInstance(parts, call)),
  }
}

async function metaOfInstance(
  { database }: MetaParts,
  { request, principal }: OperationCall,
): Promise<FhirResponse> {
  const { type = '', id = '' } = request
  checkPermission(principal, type, 'r')
  const stored = await database.openStore(principal.viewerFor('r')).read(type, id)
  checkThere(stored, type, id)
  return answerMeta((parseJson(stored.text) as Resource).meta ?? {}, stored)
}

/** A caller who sees only some resources of a type would learn from this what labels the others have. */
async function metaInUse(
  { definitions, database }: MetaParts,
  { request, principal }: OperationCall,
): Promise<FhirResponse> {
  const { type } = request
  if (type !== undefined) checkPermission(principal, type, 'r')
  // AuditEvents are the server's own and carry no labels.
  const types = (type === undefined ? definitions.resourceTypes : [type]).filter(
    (name) => name !== 'AuditEvent' && principal.visible(name) === 'all',
  )
  if (types.length === 0 && type !== 'AuditEvent') {
    throw new Refusal(
      'forbidden',
      `$meta ${type === undefined ? 'of the base' : `of ${type}`} tells of all resources: this token sees only some. Ask for $meta of one resource.`,
    )
  }
  const meta: Required<Pick<Meta, 'profile' | 'security' | 'tag'>> = { profile: [], security: [], tag: [] }
  await database.openStore(principal).transaction(async (tx) => {
    const seen = new Set<string>()
    for (let i = 0; i < types.length; i += typesAtOnce) {
      const rows = await tx.query<Label>(labelsQuery(types.slice(i, i + typesAtOnce)), [
        principal.tenant,
        mostLabels,
      ])
      for (const { kind, label } of rows) {
        const key = JSON.stringify([kind, label])
        if (seen.has(key)) continue
        seen.add(key)
        if (kind === 'profile') meta.profile.push(label as string)
        else meta[kind].push(label as Coding)
      }
    }
  })
  return answerMeta(Object.fromEntries(Object.entries(meta).filter(([, list]) => list.length > 0)))
}

interface Label {
  readonly kind: 'profile' | 'security' | 'tag'
  readonly label: string | Coding
}

function labelsQuery(types: readonly string[]): string {
  const ofType = types.map(
    (type) => `SELECT k.kind, l.label FROM ${tableOf(type)} r
      CROSS JOIN LATERAL (SELECT r.content -> 'meta' AS meta) AS m
      CROSS JOIN LATERAL (VALUES ('profile', m.meta -> 'profile'), ('security', m.meta -> 'security'), ('tag', m.meta -> 'tag')) AS k (kind, list)
      CROSS JOIN LATERAL jsonb_array_elements(k.list) AS l (label)
      WHERE r.tenant = $1 AND (r.by__profile IS NOT NULL OR r.by__security IS NOT NULL OR r.by__tag IS NOT NULL)`,
  )
  return `SELECT DISTINCT kind, label FROM (${ofType.join(' UNION ALL ')}) AS labels ORDER BY kind, label LIMIT $2`
}
