/**
 * What auditors look AuditEvents up by, taken out of the array of terms into columns of their own: an index on such a
 * column and the date gives one patient's events newest first and stops when the page is full, which an index of terms
 * cannot, and costs an insert less (docs/decisions/0027-one-patients-events.md).
 */
export type LeadKind = 'reference' | 'other-than-patient' | 'identifier'

const leadsOfEvents: Readonly<Record<string, readonly LeadKind[]>> = {
  agent: ['reference', 'identifier'],
  entity: ['other-than-patient', 'identifier'],
  patient: ['reference'],
}

export function leadsOf(type: string, code: string): readonly LeadKind[] | undefined {
  return type === 'AuditEvent' && Object.hasOwn(leadsOfEvents, code) ? leadsOfEvents[code] : undefined
}

export interface ArrangedTerms {
  /** In the order of their kinds. */
  readonly led: readonly (string | null)[]
  /** All the others. */
  readonly others: readonly string[] | null
  /** Further terms of the kinds that lead: few events have any. */
  readonly more: readonly string[] | null
}

export function arrangeTerms(terms: readonly string[], leads: readonly LeadKind[]): ArrangedTerms {
  const led = leads.map((lead) => terms.find((term) => isOf(lead, term)) ?? null)
  const others = terms.filter((term) => !led.includes(term))
  const more = others.filter((term) => leads.some((lead) => isOf(lead, term)))
  return { led, others: others.length === 0 ? null : others, more: more.length === 0 ? null : more }
}

/** The term without version or system, which the row of whoever has the term has too; undefined: nothing leads to it. */
export function plainTerm(term: string): string | undefined {
  if (!term.startsWith('#')) return term.replace(/\/_history\/[^/]*$/, '')
  const code = term.slice(Math.max(0, term.indexOf('|')) + 1)
  return code === '' || namesServer(code) ? undefined : `#${code}`
}

/** Undefined when such terms do not lead. */
export function placeOfLead(plain: string, leads: readonly LeadKind[]): number | undefined {
  const place = leads.findIndex((lead) => isOf(lead, plain))
  return place === -1 ? undefined : place
}

function isOf(lead: LeadKind, term: string): boolean {
  if (lead === 'identifier') return term.startsWith('#') && !term.includes('|') && !namesServer(term)
  if (term.startsWith('#') || term.includes('/_history/')) return false
  return lead === 'reference' || !term.startsWith('Patient/')
}

/** Every event names the server; who asks for that is answered in the order of time. */
function namesServer(term: string): boolean {
  return term.includes('://')
}
