/** Whoever signs in. One account may act at several clinics, as someone else at each. */
export interface Account {
  /** The `sub` of id tokens: opaque, never an e-mail address. */
  readonly id: string
  readonly email: string
  /** As people are shown who they are signed in as. */
  readonly displayName: string
  readonly memberships: readonly Membership[]
}

/** What an account is at one clinic. */
export interface Membership {
  readonly tenant: string
  /** `Practitioner/1`, `Patient/2`, `RelatedPerson/3`; absent for staff whom no resource describes. */
  readonly fhirUser?: string
  readonly roles: readonly string[]
}

/** Undefined: no such account, or one that may not act any more. */
export type FindAccount = (id: string) => Promise<Account | undefined>

export function membershipOf(account: Account, tenant: string): Membership | undefined {
  return account.memberships.find((membership) => membership.tenant === tenant)
}
