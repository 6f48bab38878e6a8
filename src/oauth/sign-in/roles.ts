import type { Account } from '../account.ts'

/** What an account can be at a clinic; access knows what each may. */
export const clinicRoles = [
  'patient',
  'related-person',
  'practitioner',
  'front-desk',
  'clinic-admin',
  'auditor',
] as const

export type ClinicRole = (typeof clinicRoles)[number]

const ownCare: ReadonlySet<string> = new Set(['patient', 'related-person'])

export function isClinicRole(name: string): name is ClinicRole {
  return (clinicRoles as readonly string[]).includes(name)
}

/** Whoever sees other people's records shows two factors. */
export function needsSecondFactor(account: Account): boolean {
  return account.memberships.some(({ roles }) => roles.some((role) => !ownCare.has(role)))
}

export function isStaff(roles: readonly string[]): boolean {
  return roles.some((role) => !ownCare.has(role))
}

export function rolesAt(account: Account, clinic: string): readonly string[] {
  return account.memberships.find(({ tenant }) => tenant === clinic)?.roles ?? []
}

export function isAdminOf(account: Account, clinic: string): boolean {
  return (
    rolesAt(account, clinic).includes('clinic-admin') ||
    account.memberships.some(({ roles }) => roles.includes('platform-admin'))
  )
}

/** Who hands out a role: the front desk lets patients in, an admin anybody. */
export function mayInvite(account: Account, clinic: string, role: ClinicRole): boolean {
  if (isAdminOf(account, clinic)) return true
  return ownCare.has(role) && rolesAt(account, clinic).includes('front-desk')
}
