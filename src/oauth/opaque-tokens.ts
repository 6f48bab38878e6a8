import { digest } from './server/digest.ts'

/** An access token that was given out by the authorization server and is good right now. */
export interface OpaqueToken {
  /** For the log: the token cannot be told from it. */
  readonly tokenId: string
  readonly tenant: string
  readonly clientId: string
  readonly scope: string
  readonly expires: number
  readonly accountId?: string
  readonly grantId?: string
  readonly fhirUser?: string
  readonly patient?: string
}

export type FindOpaqueToken = (token: string) => Promise<OpaqueToken | undefined>

type Query = <Row extends object>(text: string, values?: readonly unknown[]) => Promise<readonly Row[]>

interface Row {
  readonly payload: {
    readonly clientId: string
    readonly scope?: string
    readonly exp: number
    readonly accountId?: string
    readonly grantId?: string
    readonly extra?: { readonly tenant?: string; readonly fhirUser?: string; readonly patient?: string }
  }
}

export const opaqueForm = /^[A-Za-z0-9_-]{43}$/

/** A token of a person is as good as the agreement that it comes from. */
export function createOpaqueTokens(query: Query): FindOpaqueToken {
  return async (token) => {
    const tokenId = digest(token)
    const [row] = await query<Row>(
      `select e.payload from oauth_entry e
       where e.id = $1 and e.model in ('AccessToken', 'ClientCredentials') and e.expires > now()
         and (e.grant_id is null or exists
           (select from oauth_agreement a where a.grant_id = e.grant_id and a.expires > now()))`,
      [tokenId],
    )
    if (row?.payload.extra?.tenant === undefined) return undefined
    const { clientId, scope = '', exp, accountId, grantId, extra } = row.payload
    return {
      tokenId,
      tenant: extra.tenant as string,
      clientId,
      scope,
      expires: exp * 1_000,
      ...(accountId === undefined ? {} : { accountId }),
      ...(grantId === undefined ? {} : { grantId }),
      ...(extra.fhirUser === undefined ? {} : { fhirUser: extra.fhirUser }),
      ...(extra.patient === undefined ? {} : { patient: extra.patient }),
    }
  }
}
