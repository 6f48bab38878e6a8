import { checkPermission } from '#access/check-permission.ts'
import { buildOperationOutcome } from '#fhir/operation-outcome.ts'
import type { PagingTokens } from '#fhir/paging-token.ts'
import { type Issue, Refusal } from '#fhir/refusal.ts'
import type { Resource } from '#fhir/resource.ts'
import type { Viewer } from '#fhir/search-query.ts'
import type { FhirResponse } from '#interaction/exchange.ts'
import type { Operation, OperationCall } from '#interaction/operation.ts'
import { loadOperationDefinition } from '#interaction/operations/operation-definition.ts'
import type { Transaction } from '#store/store.ts'
import { type FindPage, nextLink, openPage } from './find-page.ts'
import { type FindParts, findTimes } from './find-times.ts'
import type { FindWish } from './find-wish.ts'
import { findNear } from './follow-up.ts'
import type { FoundTime } from './found-time.ts'
import { keepSeen } from './keep-seen.ts'
import { explainLeftOut } from './left-out.ts'
import { makeOffers } from './make-offers.ts'
import { keepOffers, offerId } from './offers.ts'
import { countTimes, narrowTimes, rankTimes } from './rank-times.ts'
import { readWish } from './read-wish.ts'
import { resolveReferences } from './resolve-references.ts'
import { tellExternal } from './tell-external.ts'

export interface FindOperationParts extends FindParts {
  readonly newId: () => string
  readonly pages: PagingTokens
}

const usualCount = 20
const mostCount = 200

/** https://profiles.ihe.net/ITI/Scheduling/ITI-115.html; docs/api/find.md */
export function createFind(parts: FindOperationParts): Operation {
  return {
    definition: loadOperationDefinition('appointment-find'),
    invoke: (call) => find(parts, call),
  }
}

async function find(parts: FindOperationParts, call: OperationCall): Promise<FhirResponse> {
  const { principal, store, request } = call
  checkPermission(principal, 'Slot', 's')
  return store.transaction(async (tx) => {
    const page = openPage(parts.pages, call) ?? (await readQuestion(parts, tx, call))
    const { wish, offset, count } = page
    const found = await findTimes(parts, tx, wish)
    const total = countTimes(found, wish)
    const seesAll = principal.viewerFor('s').visible('Slot') === 'all'
    const ranked = rankTimes(narrowTimes(found, wish, offset + count), wish)
    const times = ranked.slice(offset, offset + count)
    const offers = await offerSome(parts, tx, wish, times, principal.viewerFor('s'))
    const links = [{ relation: 'self', url: `${request.base}/Appointment/$find` }]
    if (count > 0 && offset + count < total)
      links.push({
        relation: 'next',
        url: nextLink(parts.pages, call, { ...page, offset: offset + count }),
      })
    const asked = call.parameters.get('explain')?.[0] === true
    const why = asked ? await explainLeftOut(parts, tx, wish, found) : []
    const told = withIssues(await tellExternal(parts, tx, wish), why)
    return {
      status: 200,
      // Of a caller who sees some slots alone, the number would count the others.
      body: JSON.stringify(buildBundle(offers, told, seesAll ? total : undefined, links, request.base)),
    }
  })
}

async function readQuestion(
  { timeZone }: FindOperationParts,
  tx: Transaction,
  { parameters, principal }: OperationCall,
): Promise<FindPage> {
  const asked = (parameters.get('_count')?.[0] as number | undefined) ?? usualCount
  if (asked < 0)
    throw new Refusal('value', '_count must be a whole number, 0 or more.', { expression: '_count' })
  const near = await findNear(tx, parameters, principal)
  const wish = {
    ...readWish(parameters, timeZone),
    ...(await resolveReferences(tx, parameters, principal)),
    ...(near !== undefined && { near }),
  }
  return { wish, offset: 0, count: Math.min(asked, mostCount) }
}

async function offerSome(
  { newId }: FindOperationParts,
  tx: Transaction,
  wish: FindWish,
  times: readonly FoundTime[],
  viewer: Viewer,
): Promise<readonly Resource[]> {
  const page = newId()
  const made = await makeOffers(tx, times, wish, (at) => offerId(page, at))
  const appointments = await keepSeen((one) => tx.as(one), viewer, made)
  if (appointments.length > 0) await keepOffers(tx, { page, appointments })
  return appointments
}

function withIssues(told: Resource | undefined, issues: readonly Issue[]): Resource | undefined {
  if (issues.length === 0) return told
  const explained = buildOperationOutcome(issues)
  const { issue = [] } = (told ?? {}) as { issue?: readonly object[] }
  return { ...explained, issue: [...issue, ...(explained.issue as readonly object[])] }
}

function buildBundle(
  offers: readonly Resource[],
  told: Resource | undefined,
  total: number | undefined,
  link: readonly object[],
  base: string,
): object {
  return {
    resourceType: 'Bundle',
    type: 'searchset',
    ...(total !== undefined && { total }),
    link,
    ...((offers.length > 0 || told !== undefined) && {
      entry: [
        ...offers.map((resource) => ({
          fullUrl: `${base}/Appointment/${resource.id}`,
          resource,
          search: { mode: 'match' },
        })),
        ...(told === undefined ? [] : [{ resource: told, search: { mode: 'outcome' } }]),
      ],
    }),
  }
}
