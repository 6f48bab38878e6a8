import type { RecordSecurityEvent } from '#audit/security-event.ts'
import { type FindAccount, membershipOf } from '../account.ts'

type Query = <Row extends object>(text: string, values?: readonly unknown[]) => Promise<readonly Row[]>

export interface ExpiredSessionParts {
  readonly query: Query
  readonly findAccount: FindAccount
  readonly record: RecordSecurityEvent
}

/** Whom nobody signed out, time did; each in the log of one server, whichever takes the session away. */
export async function endExpiredSessions({ query, findAccount, record }: ExpiredSessionParts): Promise<void> {
  const ended = await query<{ account: string | null }>(
    `delete from oauth_entry where model = 'Session' and expires < now() returning payload->>'accountId' as account`,
  )
  for (const { account: id } of ended) {
    const account = id === null ? undefined : await findAccount(id)
    if (account === undefined) continue
    const clinics = account.memberships.map(({ tenant }) => tenant)
    for (const clinic of clinics.length === 0 ? ['main'] : clinics) {
      const { fhirUser, roles } = membershipOf(account, clinic) ?? {}
      await record(clinic, {
        deed: 'session-expired',
        user: {
          account: account.id,
          name: account.displayName,
          ...(fhirUser !== undefined && { reference: fhirUser }),
          ...(roles !== undefined && { roles }),
        },
      })
    }
  }
}
