import type { Resource } from '#fhir/resource.ts'
import type { Database } from '#store/store.ts'
import { isEmail, normalizeEmail } from './accounts.ts'
import type { Invitations } from './invitations.ts'
import type { ClinicRole } from './roles.ts'

export interface Invite {
  readonly clinic: string
  readonly role: ClinicRole
  /** `Practitioner/1`: who it is among the clinic's resources. */
  readonly reference?: string | undefined
  /** Absent: a code on paper. */
  readonly email?: string | undefined
  readonly displayName?: string | undefined
  readonly invitedBy?: string | undefined
}

export type InviteProblem = 'email' | 'reference' | 'birth-date' | 'paper'

export type Invited = { readonly id: string; readonly secret: string } | InviteProblem

/** What a role may be among the clinic's resources; those who are none need not be. */
const typesOf: Readonly<Record<ClinicRole, RegExp | undefined>> = {
  patient: /^Patient\/[A-Za-z0-9.-]{1,64}$/,
  'related-person': /^RelatedPerson\/[A-Za-z0-9.-]{1,64}$/,
  practitioner: /^(Practitioner|PractitionerRole)\/[A-Za-z0-9.-]{1,64}$/,
  'front-desk': undefined,
  'clinic-admin': undefined,
  auditor: undefined,
}
const anyStaff = /^(Practitioner|PractitionerRole)\/[A-Za-z0-9.-]{1,64}$/

/** Checked before it is kept: a letter must not promise what nobody is. */
export async function invite(
  database: Pick<Database, 'asSystem'>,
  invitations: Invitations,
  wish: Invite,
): Promise<Invited> {
  const { clinic, role, reference, email } = wish
  const own = role === 'patient' || role === 'related-person'
  if (email === undefined && !own) return 'paper'
  if (email !== undefined && !isEmail(email)) return 'email'
  const shape = typesOf[role]
  if (reference === undefined ? shape !== undefined : !(shape ?? anyStaff).test(reference)) return 'reference'
  const resource = reference === undefined ? undefined : await load(database, clinic, reference)
  if (reference !== undefined && resource === undefined) return 'reference'
  const patientReference =
    role === 'patient' ? reference : role === 'related-person' ? patientOf(resource) : undefined
  if (own && patientReference === undefined) return 'reference'
  const patient = patientReference === undefined ? undefined : await load(database, clinic, patientReference)
  const birthDate = typeof patient?.birthDate === 'string' ? patient.birthDate : undefined
  // A code that is found must not be enough.
  if (email === undefined && !/^\d{4}-\d{2}-\d{2}$/.test(birthDate ?? '')) return 'birth-date'
  return invitations.add({
    clinic,
    roles: [role],
    fhirUser: reference,
    patient: role === 'related-person' ? patientReference?.replace(/^Patient\//, '') : undefined,
    email: email === undefined ? undefined : normalizeEmail(email),
    displayName: wish.displayName,
    birthDate: email === undefined ? birthDate : undefined,
    invitedBy: wish.invitedBy,
  })
}

async function load(
  database: Pick<Database, 'asSystem'>,
  clinic: string,
  reference: string,
): Promise<Resource | undefined> {
  const [type = '', id = ''] = reference.split('/')
  const found = await database.asSystem(clinic).read(type, id)
  return found === undefined || found.deleted ? undefined : (JSON.parse(found.text) as Resource)
}

function patientOf(relatedPerson: Resource | undefined): string | undefined {
  const { reference } = (relatedPerson?.patient ?? {}) as { reference?: string }
  return /Patient\/[A-Za-z0-9.-]{1,64}$/.exec(reference ?? '')?.[0]
}
