import type { Account } from '../account.ts'
import type { Visit } from '../sign-in/visits.ts'
import type { PageRequest } from './page.ts'
import type { People } from './people.ts'

/** Who has shown one factor and owes another. */
export interface HalfSignedIn {
  readonly secret: string
  readonly visit: Visit
  readonly account: Account
}

export async function loadHalfSignedIn(
  people: People,
  { visit: secret }: PageRequest,
): Promise<HalfSignedIn | undefined> {
  const visit = secret === undefined ? undefined : await people.visits.find(secret)
  if (secret === undefined || visit?.account === undefined || visit.factors.length === 0) return undefined
  const account = await people.accounts.find(visit.account)
  return account && { secret, visit, account }
}
