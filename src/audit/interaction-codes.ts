/**
 * What an interaction is called in the log: https://hl7.org/fhir/R4/valueset-audit-event-sub-type.html, and the
 * parts that IHE's Basic Audit Log Patterns give to caller, server and user (https://profiles.ihe.net/ITI/BALP).
 */
export interface InteractionCodes {
  readonly subtype: readonly Code[]
  readonly action: 'C' | 'R' | 'U' | 'D' | 'E'
  readonly clientType: AgentType
  readonly serverType: AgentType
  readonly userType: AgentType
}

interface Code {
  readonly system: string
  readonly code: string
}

interface AgentType {
  readonly coding: readonly Code[]
}

const dicom = 'http://dicom.nema.org/resources/ontology/DCM'
/** A side sends data, takes data, or has something done. */
const source = agentType(dicom, '110153')
const destination = agentType(dicom, '110152')
const application = agentType(dicom, '110150')
const custodian = agentType('http://terminology.hl7.org/CodeSystem/provenance-participant-type', 'custodian')
const author = agentType('http://terminology.hl7.org/CodeSystem/v3-ParticipationType', 'AUT')
const recipient = agentType('http://terminology.hl7.org/CodeSystem/v3-ParticipationType', 'IRCP')

/** Made once: every event of one interaction shares these objects. */
const codes: Readonly<Record<string, InteractionCodes>> = Object.freeze({
  create: row('create', 'C', source, destination, author),
  read: row('read', 'R', destination, source, recipient),
  vread: row('vread', 'R', destination, source, recipient),
  update: row('update', 'U', source, destination, author),
  patch: row('patch', 'U', source, destination, author),
  delete: row('delete', 'D', application, custodian, author),
  'search-type': row('search-type', 'E', source, destination, recipient),
  'search-system': row('search-system', 'E', source, destination, recipient),
  'history-instance': row('history-instance', 'R', destination, source, recipient),
  'history-type': row('history-type', 'E', destination, source, recipient),
  'history-system': row('history-system', 'E', destination, source, recipient),
  batch: row('batch', 'E', source, destination, recipient),
  transaction: row('transaction', 'E', source, destination, recipient),
  operation: row('operation', 'E', application, destination, recipient),
})

/** IHE Scheduling: what is asked for, held and booked (https://profiles.ihe.net/ITI/Scheduling); a refusal made nothing. */
const schedulingCodes: Readonly<Record<string, InteractionCodes>> = Object.freeze({
  find: scheduling('ITI-115', codes.operation as InteractionCodes),
  hold: scheduling('ITI-116', codes.create as InteractionCodes),
  book: scheduling('ITI-117', codes.create as InteractionCodes),
})

/** Of an operation that came about. */
export function operationCodes(operation: string): InteractionCodes | undefined {
  return Object.hasOwn(schedulingCodes, operation) ? schedulingCodes[operation] : undefined
}

/** A request that never became an interaction (an unknown path, a wrong method) is logged as an operation tried. */
export function interactionCodes(interaction: string): InteractionCodes {
  return codes[interaction] ?? (codes.operation as InteractionCodes)
}

function agentType(system: string, code: string): AgentType {
  return Object.freeze({ coding: Object.freeze([Object.freeze({ code, system })]) })
}

function row(
  code: string,
  action: InteractionCodes['action'],
  clientType: AgentType,
  serverType: AgentType,
  userType: AgentType,
): InteractionCodes {
  const subtype = Object.freeze([Object.freeze({ code, system: 'http://hl7.org/fhir/restful-interaction' })])
  return Object.freeze({ subtype, action, clientType, serverType, userType })
}

function scheduling(code: string, codes: InteractionCodes): InteractionCodes {
  const subtype = Object.freeze([
    ...codes.subtype,
    Object.freeze({ code, system: 'urn:ihe:event-type-code' }),
  ])
  return Object.freeze({ ...codes, subtype })
}
