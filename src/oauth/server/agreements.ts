/** What FHIR servers and apps call the launch context: told with every token of a grant. */
export interface LaunchContext {
  readonly patient?: string
  readonly encounter?: string
  readonly intent?: string
  readonly need_patient_banner?: boolean
  readonly fhirContext?: readonly FhirContextItem[]
}

export interface FhirContextItem {
  readonly reference: string
  readonly role?: string
}

/** What was agreed for one launch of one app. Without it none of its tokens is good. */
export interface Agreement {
  readonly grantId: string
  readonly clinic: string
  readonly accountId: string
  readonly clientId: string
  readonly sessionUid: string
  readonly offline: boolean
  readonly scopes: string
  readonly context: LaunchContext
  readonly created: Date
  readonly expires: Date
}

export interface Agreements {
  find(grantId: string): Promise<Agreement | undefined>
  ofAccount(accountId: string): Promise<readonly Agreement[]>
  add(agreement: Omit<Agreement, 'created' | 'expires'>, lifeSeconds: number): Promise<void>
  /** Ends them with all their tokens; gives the ids of those that were there. */
  end(which: AgreementChoice): Promise<readonly string[]>
}

export type AgreementChoice =
  | { readonly grantId: string; readonly accountId?: string }
  | { readonly accountId: string; readonly sessionUid?: string }
  /** Those that were to end with the session. */
  | { readonly sessionUid: string }

type Query = <Row extends object>(text: string, values?: readonly unknown[]) => Promise<readonly Row[]>

const columns = `grant_id as "grantId", clinic, account_id as "accountId", client_id as "clientId",
  session_uid as "sessionUid", offline, scopes, context, created, expires`

export function openAgreements(query: Query): Agreements {
  return {
    async find(grantId) {
      const rows = await query<Agreement>(
        `select ${columns} from oauth_agreement where grant_id = $1 and expires > now()`,
        [grantId],
      )
      return rows[0]
    },
    ofAccount: (accountId) =>
      query<Agreement>(
        `select ${columns} from oauth_agreement where account_id = $1 and expires > now() order by created desc`,
        [accountId],
      ),
    async add(agreement, lifeSeconds) {
      const { grantId, clinic, accountId, clientId, sessionUid, offline, scopes, context } = agreement
      await query(
        `insert into oauth_agreement (grant_id, clinic, account_id, client_id, session_uid, offline, scopes, context, expires)
         values ($1, $2, $3, $4, $5, $6, $7, $8::jsonb, now() + make_interval(secs => $9))`,
        [
          grantId,
          clinic,
          accountId,
          clientId,
          sessionUid,
          offline,
          scopes,
          JSON.stringify(context),
          lifeSeconds,
        ],
      )
    },
    async end(which) {
      const { grantId = null, accountId = null } = which as { grantId?: string; accountId?: string }
      const { sessionUid = null } = which as { sessionUid?: string }
      const rows = await query<{ grantId: string }>(
        `with ended as (
           delete from oauth_agreement
           where ($1::text is null or grant_id = $1) and ($2::text is null or account_id = $2)
             and ($3::text is null or (session_uid = $3 and not offline)) and coalesce($1, $2, $3) is not null
           returning grant_id),
         entries as (delete from oauth_entry where grant_id in (select grant_id from ended))
         select grant_id as "grantId" from ended`,
        [grantId, accountId, sessionUid],
      )
      return rows.map((row) => row.grantId)
    },
  }
}
