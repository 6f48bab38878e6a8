/**
 * What can happen beside the interactions of FHIR, and what the log calls it. DICOM's codes are those of PS3.16
 * CID 400 and 403 (https://dicom.nema.org/medical/dicom/current/output/chtml/part16/sect_CID_403.html); what has no
 * code there has one of ours.
 */
const dicom = 'http://dicom.nema.org/resources/ontology/DCM'
const ihe = 'urn:ihe:event-type-code'
const ownDeeds = 'https://almanac.example/fhir/CodeSystem/audit-deed'

interface Code {
  readonly system: string
  readonly code: string
}

export interface SecurityDeedCodes {
  readonly type: Code
  readonly subtype: readonly Code[]
  readonly action: 'C' | 'R' | 'U' | 'D' | 'E'
}

const applicationActivity = '110100'
const auditLogUsed = '110101'
const exported = '110106'
const securityAlert = '110113'
const userAuthentication = '110114'

const deeds = {
  login: row(userAuthentication, [dicom, '110122']),
  logout: row(userAuthentication, [dicom, '110123']),
  'session-expired': row(userAuthentication, [dicom, '110123'], [ownDeeds, 'session-expired']),
  'token-issued': row(userAuthentication, [ihe, 'ITI-71']),
  'token-refreshed': row(userAuthentication, [ihe, 'ITI-71'], [ownDeeds, 'token-refreshed']),
  'token-revoked': row(userAuthentication, [ownDeeds, 'token-revoked']),
  'token-introspected': row(userAuthentication, [ihe, 'ITI-102']),
  launch: row(userAuthentication, [ownDeeds, 'launch']),
  consent: row(securityAlert, [
    'https://profiles.ihe.net/ITI/BALP/CodeSystem/BasicAuditEntityType',
    'AuthZ-Consent',
  ]),
  'client-registered': row(securityAlert, [dicom, '110129'], [ownDeeds, 'client-registered']),
  'client-changed': row(securityAlert, [dicom, '110129'], [ownDeeds, 'client-changed']),
  'account-changed': row(securityAlert, [dicom, '110137']),
  'roles-changed': row(securityAlert, [dicom, '110136']),
  'policy-changed': row(securityAlert, [dicom, '110135']),
  'configuration-changed': row(securityAlert, [dicom, '110129']),
  'rules-changed': row(securityAlert, [dicom, '110131']),
  /** Repeated failures, lockout, replay, a token for somebody else; `reason` says which. */
  alert: row(securityAlert, [ownDeeds, 'alert']),
  'emergency-started': row(securityAlert, [dicom, '110127']),
  'emergency-stopped': row(securityAlert, [dicom, '110138']),
  /** A rule was set aside by somebody who may: a double booking allowed, a closed day opened. */
  override: row(securityAlert, [dicom, '110132']),
  /** What was offered from the waiting list was taken, and perhaps a later visit given up for it. */
  'waitlist-booked': row(applicationActivity, [ownDeeds, 'waitlist-booked']),
  export: row(exported, [ownDeeds, 'export']),
  delivery: row(exported, [ownDeeds, 'delivery']),
  'feed-fetched': row(exported, [ownDeeds, 'feed-fetched']),
  /** What a clinic publishes of its times, and the pages its links lead to. */
  'slots-fetched': row(exported, [ownDeeds, 'slots-fetched']),
  command: row(applicationActivity, [ownDeeds, 'command']),
  'server-started': row(applicationActivity, [dicom, '110120']),
  'server-stopped': row(applicationActivity, [dicom, '110121']),
  'audit-exported': row(auditLogUsed, [ownDeeds, 'audit-exported']),
  'audit-verified': row(auditLogUsed, [ownDeeds, 'audit-verified']),
  'audit-broken': row(securityAlert, [ownDeeds, 'audit-broken']),
  'audit-key-rotated': row(securityAlert, [dicom, '110129'], [ownDeeds, 'audit-key-rotated']),
  'audit-purged': row(auditLogUsed, [ownDeeds, 'audit-purged']),
  'audit-hold-changed': row(auditLogUsed, [ownDeeds, 'audit-hold-changed']),
} as const satisfies Readonly<Record<string, SecurityDeedCodes>>

export type SecurityDeed = keyof typeof deeds
export const securityDeeds = Object.keys(deeds) as readonly SecurityDeed[]

export function securityDeedCodes(deed: SecurityDeed): SecurityDeedCodes {
  return deeds[deed]
}

function row(
  type: string,
  ...subtype: readonly (readonly [system: string, code: string])[]
): SecurityDeedCodes {
  return Object.freeze({
    type: Object.freeze({ code: type, system: dicom }),
    subtype: Object.freeze(subtype.map(([system, code]) => Object.freeze({ code, system }))),
    action: 'E',
  })
}
