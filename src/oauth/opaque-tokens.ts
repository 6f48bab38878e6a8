import type { LaunchContext } from './server/agreements.ts'
import { digest } from './server/digest.ts'

/** An access token that was given out by the authorization server and is good right now. */
export interface OpaqueToken {
  /** For the log: the token cannot be told from it. */
  readonly tokenId: string
  readonly tenant: string
  readonly clientId: string
  readonly scope: string
  /** In seconds since 1970. */
  readonly issued: number
  readonly expires: number
  readonly accountId?: string
  readonly grantId?: string
  readonly fhirUser?: string
  readonly context: LaunchContext
}

export type FindOpaqueToken = (token: string) => Promise<OpaqueToken | undefined>

type Query = <Row extends object>(text: string, values?: readonly unknown[]) => Promise<readonly Row[]>

interface Row {
  readonly payload: {
    readonly clientId: string
    readonly scope?: string
    readonly iat: number
    readonly exp: number
    readonly accountId?: string
    readonly grantId?: string
    readonly extra?: LaunchContext & { readonly tenant?: string; readonly fhirUser?: string }
  }
}

export const opaqueForm = /^[A-Za-z0-9_-]{43}$/

/** A token of a person is as good as the agreement that it comes from; and none is where its app is not let in. */
export function createOpaqueTokens(query: Query): FindOpaqueToken {
  return async (token) => {
    const tokenId = digest(token)
    const [row] = await query<Row>(
      `select e.payload from oauth_entry e
       where e.id = $1 and e.model in ('AccessToken', 'ClientCredentials') and e.expires > now()
         and (e.grant_id is null or exists
           (select from oauth_agreement a where a.grant_id = e.grant_id and a.expires > now()))
         and not exists (select from oauth_barred b
           where b.client_id = e.client_id and b.clinic = e.payload->'extra'->>'tenant')`,
      [tokenId],
    )
    if (row?.payload.extra?.tenant === undefined) return undefined
    const { clientId, scope = '', iat, exp, accountId, grantId, extra } = row.payload
    const { tenant, fhirUser, ...context } = extra
    return {
      tokenId,
      tenant: tenant as string,
      clientId,
      scope,
      issued: iat,
      expires: exp,
      context,
      ...(accountId === undefined ? {} : { accountId }),
      ...(grantId === undefined ? {} : { grantId }),
      ...(fhirUser === undefined ? {} : { fhirUser }),
    }
  }
}
