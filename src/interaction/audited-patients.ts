import { askedParameters } from './asked-parameters.ts'
import type { FhirRequest, FhirResponse } from './exchange.ts'

/** Of a resource that was touched. */
export interface Touched {
  readonly type: string
  readonly id: string
  readonly text: string
}

/** The log's own entries name patients; reading them is logged as the search that it is. */
const silent = new Set(['AuditEvent', 'Provenance'])
const reference = /"(?:reference|fullUrl)":"(?:([^"]*)\/)?Patient\/([A-Za-z0-9.-]{1,64})["/]/g
const patientParameter = /^(?:patient|patient-reference|subject|actor|_id|participant)(?::Patient)?$/
const patientValue = /^(?:Patient\/)?([A-Za-z0-9.-]{1,64})$/

/**
 * The patients whose data a request touched, each of whom gets an event (BALP PatientRead, PatientQuery …): those whom the
 * resources name. The stored text is searched as it is; to parse a page for this would cost more than the page.
 */
export function patientsTouched(
  request: FhirRequest,
  touched: readonly Touched[],
  response: FhirResponse | undefined,
): readonly string[] {
  const patients = new Set<string>()
  for (const { type, id, text } of touched)
    if (type === 'Patient') patients.add(id)
    else if (!silent.has(type)) addReferences(patients, text, request.base)
  // What an operation answers is all that is known of what it touched.
  if (request.interaction === 'operation' && response?.body !== undefined)
    addReferences(patients, response.body, request.base)
  addAsked(patients, request)
  return [...patients]
}

/** What was to be written, or done, and came to nothing. */
const bringing = new Set(['create', 'update', 'operation'])
/** A body may name any number. */
const mostMeant = 10

/** Whom a refused request was about, as far as it says so itself. */
export function patientsMeant(request: FhirRequest): readonly string[] {
  const { interaction, type, body, base } = request
  const patients = new Set<string>()
  addAsked(patients, request)
  if (bringing.has(interaction) && body !== undefined && !silent.has(type ?? ''))
    addReferences(patients, JSON.stringify(body.json) ?? '', base)
  return [...patients].slice(0, mostMeant)
}

function addReferences(patients: Set<string>, text: string, base: string): void {
  if (!text.includes('Patient/')) return
  for (const [, prefix, id] of text.matchAll(reference))
    if (prefix === undefined || prefix === base) patients.add(id as string)
}

/** Who is asked for is touched, whatever is found: that there is nothing is an answer about them. */
function addAsked(patients: Set<string>, request: FhirRequest): void {
  const { type, id, interaction } = request
  if (type === 'Patient' && id !== undefined) patients.add(id)
  if (!interaction.startsWith('search') && interaction !== 'operation') return
  for (const [name, value] of askedParameters(request)) {
    if (!patientParameter.test(name) || (name === '_id' && type !== 'Patient')) continue
    if (name.startsWith('actor') || name.startsWith('participant')) {
      if (!value.startsWith('Patient/')) continue
    }
    const asked = patientValue.exec(value)?.[1]
    if (asked !== undefined) patients.add(asked)
  }
}
