import type { IncomingMessage } from 'node:http'
import { Refusal } from '#fhir/refusal.ts'
import { parseQuery } from '#interaction/address/query.ts'
import type { FhirResponse } from '#interaction/exchange.ts'
import type { Admission } from './admission.ts'
import type { HttpParts } from './parts.ts'
import type { Visit } from './visit.ts'

const address = /^\/(?:\$|%24)bulk-publish(?:\/([a-z0-9.-]{1,40}))?$/

/** Asked of every request: the rest is found out by those few that begin so. */
export function isPublishedPath(rest: string): boolean {
  return rest.startsWith('/$bulk') || rest.startsWith('/%24bulk')
}

/** `[base]/$bulk-publish` and its files: for everybody, where a clinic has chosen so; elsewhere nothing is there. */
export function createPublishedWork({ readPublished, limits }: HttpParts, admission: Admission) {
  if (readPublished === undefined) return undefined
  return async (visit: Visit, base: string): Promise<FhirResponse | undefined> => {
    const { req, path, record } = visit
    const match = address.exec(path.rest)
    if (match === null || (req.method !== 'GET' && req.method !== 'HEAD')) return undefined
    limits?.checkAddress(visit.address)
    const place = await admission.enter()
    try {
      const [, file] = match
      const answer = await readPublished({
        tenant: path.tenant,
        base,
        ...(file !== undefined && { file }),
        ...sinceOf(visit.query),
        ...conditionsOf(req),
        ...(visit.address !== undefined && { address: visit.address }),
        requestId: record.requestId,
      })
      if (answer !== undefined) record.interaction = 'bulk-publish'
      return answer
    } finally {
      admission.leave(place)
    }
  }
}

function sinceOf(query: string): { readonly since?: string } {
  const all = parseQuery(query, 'query').filter(([name]) => name === '_since')
  if (all.length > 1)
    throw new Refusal('invalid', 'There are several _since parameters: send one.', { expression: '_since' })
  const [[, since] = []] = all
  return since === undefined ? {} : { since }
}

function conditionsOf({ headers }: IncomingMessage) {
  const ifNoneMatch = headers['if-none-match']
  const ifModifiedSince = headers['if-modified-since']
  return {
    ...(ifNoneMatch !== undefined && { ifNoneMatch }),
    ...(ifModifiedSince !== undefined && { ifModifiedSince }),
  }
}
