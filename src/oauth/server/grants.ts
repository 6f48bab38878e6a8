import type { Grants, OpenSession } from '../interaction.ts'
import type { Revocations } from '../revocations.ts'
import type { Agreements } from './agreements.ts'

type Query = <Row extends object>(text: string, values?: readonly unknown[]) => Promise<readonly Row[]>

export interface SessionEnding {
  /** Whoever it was, with all that was to end with it. False: there is none. */
  endSession(uid: string, accountId?: string): Promise<boolean>
  endGrant(grantId: string): Promise<void>
}

export function createSessionEnding(
  query: Query,
  agreements: Agreements,
  revocations: Revocations,
): SessionEnding {
  const tell = async (ended: readonly string[]) => {
    for (const grant of ended) await revocations.announce({ grant })
  }
  return {
    async endSession(uid, accountId) {
      const gone = await query(
        `delete from oauth_entry where model = 'Session' and uid = $1 and ($2::text is null or payload->>'accountId' = $2)
         returning 1`,
        [uid, accountId ?? null],
      )
      if (accountId !== undefined && gone.length === 0) return false
      await tell(await agreements.end({ sessionUid: uid }))
      return gone.length > 0
    },
    async endGrant(grantId) {
      await agreements.end({ grantId })
      await revocations.announce({ grant: grantId })
    },
  }
}

export function createGrants(
  query: Query,
  agreements: Agreements,
  ending: SessionEnding,
  revocations: Revocations,
): Grants {
  return {
    async ofAccount(accountId) {
      return (await agreements.ofAccount(accountId)).map((agreement) => ({
        grantId: agreement.grantId,
        clientId: agreement.clientId,
        tenant: agreement.clinic,
        scopes: agreement.scopes.split(' '),
        since: agreement.created,
        until: agreement.expires,
        offline: agreement.offline,
        ...(agreement.context.patient === undefined ? {} : { patient: agreement.context.patient }),
      }))
    },
    sessionsOf: (accountId) =>
      query<OpenSession>(
        `select uid, created as since, expires as until from oauth_entry
         where model = 'Session' and payload->>'accountId' = $1 and account_id = $1 and expires > now() order by created`,
        [accountId],
      ),
    async revoke(accountId, grantId) {
      const ended = await agreements.end({ grantId, accountId })
      for (const grant of ended) await revocations.announce({ grant })
      return ended.length > 0
    },
    endSession: (accountId, uid) => ending.endSession(uid, accountId),
    async revokeAll(accountId) {
      await query('delete from oauth_entry where account_id = $1', [accountId])
      await agreements.end({ accountId })
      await revocations.announce({ account: accountId })
    },
  }
}
