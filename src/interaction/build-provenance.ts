import { purposeOf } from '#audit/purpose.ts'
import type { Resource, StoredVersion } from '#fhir/resource.ts'
import type { Walk } from './walk.ts'

const hl7 = 'http://terminology.hl7.org/CodeSystem'

/**
 * What the server itself tells of a version's origin: where patients write, others for them, or a rule for nobody. Of
 * plain work of the staff and their apps the audit trail tells enough (https://hl7.org/fhir/R4/provenance.html, "Background").
 */
export function buildProvenance(walk: Walk, written: StoredVersion): Resource | undefined {
  if (silent.has(written.type)) return undefined
  const agent = agentOf(walk)
  if (agent === undefined) return undefined
  const { principal, current, decided } = walk
  const before = current ?? decided?.before
  const key = `${written.type}/${written.id}/_history`
  return {
    resourceType: 'Provenance',
    target: [{ reference: `${key}/${written.version}` }],
    recorded: written.updated.toISOString(),
    ...(walk.request.ownRule === undefined && { reason: purposeOf(principal) }),
    activity: concept('v3-DataOperation', before === undefined || before.deleted ? 'CREATE' : 'UPDATE'),
    agent: [agent],
    ...(before !== undefined && {
      entity: [{ role: 'revision', what: { reference: `${key}/${before.version}` } }],
    }),
  }
}

/** Of the log, and of origins, nobody tells the origin. */
const silent = new Set(['AuditEvent', 'Provenance'])

function agentOf({ principal, request }: Walk): object | undefined {
  const { ownRule } = request
  if (ownRule !== undefined)
    return { type: participant('assembler'), who: { display: `Almanac, ${ownRule}` } }
  const { fhirUser, patient } = principal
  if (fhirUser === undefined || !/^(?:Patient|RelatedPerson)\//.test(fhirUser)) return undefined
  const other = patient !== undefined && fhirUser !== `Patient/${patient}`
  return {
    type: participant('author'),
    who: { reference: fhirUser },
    ...(other && { onBehalfOf: { reference: `Patient/${patient}` } }),
  }
}

function participant(code: string): object {
  return concept('provenance-participant-type', code)
}

function concept(system: string, code: string): object {
  return { coding: [{ system: `${hl7}/${system}`, code }] }
}
