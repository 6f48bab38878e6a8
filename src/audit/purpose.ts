import type { AuditedPrincipal } from './audit-fact.ts'

type Purpose = readonly { readonly coding: readonly { readonly code: string; readonly system: string }[] }[]

const purposes = new Map<string, Purpose>()

/**
 * Why it was asked, from https://terminology.hl7.org/ValueSet-v3-PurposeOfUse.html: what the token says, else what
 * somebody in this place asks for. An emergency says so by itself.
 */
export function purposeOf(principal: AuditedPrincipal | undefined): Purpose | undefined {
  if (principal === undefined) return undefined
  const code = principal.purpose ?? usual(principal)
  let purpose = purposes.get(code)
  if (purpose === undefined) {
    purpose = Object.freeze([
      { coding: [{ code, system: 'http://terminology.hl7.org/CodeSystem/v3-ActReason' }] },
    ])
    if (purposes.size < mostPurposes) purposes.set(code, purpose)
  }
  return purpose
}

/** The whole value set has about 60 codes. */
const mostPurposes = 100

function usual({ roles = [], fhirUser = '' }: AuditedPrincipal): string {
  if (fhirUser.startsWith('Patient/')) return 'PATRQT'
  if (fhirUser.startsWith('RelatedPerson/')) return 'FAMRQT'
  if (roles.includes('auditor')) return 'HCOMPL'
  if (roles.includes('clinic-admin') || roles.includes('platform-admin')) return 'HSYSADMIN'
  if (fhirUser.startsWith('Practitioner') && !roles.includes('front-desk')) return 'TREAT'
  return 'HOPERAT'
}
