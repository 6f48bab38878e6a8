/**
 * What an interaction is called in the log: https://hl7.org/fhir/R4/valueset-audit-event-sub-type.html, and the
 * roles that IHE's Basic Audit Log Patterns give to the caller (https://profiles.ihe.net/ITI/BALP).
 */
export interface InteractionCodes {
  readonly subtype: readonly Code[]
  readonly action: 'C' | 'R' | 'U' | 'D' | 'E'
  readonly clientType: { readonly coding: readonly Code[] }
}

interface Code {
  readonly system: string
  readonly code: string
}

const dicom = 'http://dicom.nema.org/resources/ontology/DCM'
/** The caller sends data, takes data, or has something done. */
const source = agentType('110153')
const destination = agentType('110152')
const application = agentType('110150')

/** Made once: every event of one interaction shares these objects. */
const codes: Readonly<Record<string, InteractionCodes>> = Object.freeze({
  create: row('create', 'C', source),
  read: row('read', 'R', destination),
  vread: row('vread', 'R', destination),
  update: row('update', 'U', source),
  patch: row('patch', 'U', source),
  delete: row('delete', 'D', application),
  'search-type': row('search-type', 'E', source),
  'search-system': row('search-system', 'E', source),
  'history-instance': row('history-instance', 'R', destination),
  'history-type': row('history-type', 'E', destination),
  'history-system': row('history-system', 'E', destination),
  batch: row('batch', 'E', source),
  transaction: row('transaction', 'E', source),
  operation: row('operation', 'E', application),
})

/** A request that never became an interaction (an unknown path, a wrong method) is logged as an operation tried. */
export function interactionCodes(interaction: string): InteractionCodes {
  return codes[interaction] ?? (codes.operation as InteractionCodes)
}

function agentType(code: string): InteractionCodes['clientType'] {
  return Object.freeze({ coding: Object.freeze([Object.freeze({ system: dicom, code })]) })
}

function row(
  code: string,
  action: InteractionCodes['action'],
  clientType: InteractionCodes['clientType'],
): InteractionCodes {
  const subtype = Object.freeze([Object.freeze({ system: 'http://hl7.org/fhir/restful-interaction', code })])
  return Object.freeze({ subtype, action, clientType })
}
