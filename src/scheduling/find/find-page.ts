import type { Principal } from '#access/principal.ts'
import type { PagingTokens } from '#fhir/paging-token.ts'
import type { OperationCall } from '#interaction/operation.ts'
import type { FindWish } from './find-wish.ts'

/** Where an answer goes on: the whole question travels in the link, sealed, for it may not fit into a query. */
export interface FindPage {
  readonly wish: FindWish
  readonly offset: number
  readonly count: number
}

export function nextLink(
  pages: PagingTokens,
  { request, principal, parameters }: OperationCall,
  page: FindPage,
): string {
  const [start, end] = ['start', 'end'].map((name) => encodeURIComponent(String(parameters.get(name)?.[0])))
  const token = pages.seal(JSON.stringify(page), about(principal))
  return `${request.base}/Appointment/$find?start=${start}&end=${end}&_page=${token}`
}

export function openPage(pages: PagingTokens, { request, principal }: OperationCall): FindPage | undefined {
  const token = request.query.find(([name]) => name === '_page')?.[1]
  return token === undefined ? undefined : (JSON.parse(pages.open(token, about(principal))) as FindPage)
}

function about({ tenant, clientId, fhirUser = '', patient = '' }: Principal): readonly string[] {
  return ['$find', tenant, clientId, fhirUser, patient]
}
