import type { RequestHandler } from 'express'
import { splitTarget } from '#interaction/address/target.ts'
import type { Answerer } from './answer.ts'
import { buildOriginFinder } from './fhir-base.ts'
import type { HttpParts, ReadFeed } from './parts.ts'
import { plainPresentation } from './presentation.ts'
import { requestIdOf } from './request-id.ts'

/** 32 random bytes: nobody guesses one. */
const address = /^\/calendars\/([A-Za-z0-9-]{1,64})\/([A-Za-z0-9_-]{43})\.ics$/

/** Private calendar addresses, for programs that know no tokens but the one in the address. */
export function createFeedRoad(parts: HttpParts, readFeed: ReadFeed, answerer: Answerer): RequestHandler {
  const originOf = buildOriginFinder(parts.settings)
  return async (req, res, next) => {
    const match = address.exec(splitTarget(req.url).path)
    if (match === null || (req.method !== 'GET' && req.method !== 'HEAD')) {
      next()
      return
    }
    const [, tenant = '', token = ''] = match
    const started = performance.now()
    const base = `${originOf(req)}${tenant === 'main' ? '/fhir' : `/c/${tenant}/fhir`}`
    const answer = (await parts.isClinic(tenant)) ? await readFeed(tenant, token, base) : undefined
    if (answer === undefined) {
      next()
      return
    }
    answerer(req, res, answer, plainPresentation, requestIdOf(req.headers['x-request-id']))
    parts.metrics.observe('calendar', answer.status, performance.now() - started)
  }
}
