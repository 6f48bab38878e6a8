import type { ServerResponse } from 'node:http'
import { Refusal } from '#fhir/refusal.ts'
import { parseQuery } from '#interaction/address/query.ts'
import { splitTarget } from '#interaction/address/target.ts'
import type { FhirResponse } from '#interaction/exchange.ts'
import { openAccessRecord } from './access-record.ts'
import { type Answerer, buildRefusalAnswer } from './answer.ts'
import { CallerGone } from './body.ts'
import { buildOriginFinder, matchFhirPath } from './fhir-base.ts'
import { readForwarded } from './forwarded.ts'
import { logAccess } from './log.ts'
import type { HttpParts } from './parts.ts'
import { choosePresentation, type Presentation, plainPresentation } from './presentation.ts'
import { requestIdOf } from './request-id.ts'
import type { HttpRequest, Visit } from './visit.ts'
import { createXmlAnswer } from './xml-answer.ts'

/** nginx's number for a caller who hung up; it is only ever logged. */
const callerGone = 499

/** False: the request is not for FHIR. `fail` is told of what nobody foresaw. */
export type FhirRoad = (req: HttpRequest, res: ServerResponse, fail: (error: unknown) => void) => boolean

/** Everything under a FHIR base: one function that reads the path itself, instead of a route for each type and interaction. */
export function createFhirRoad(
  parts: HttpParts,
  answerer: Answerer,
  work: (visit: Visit) => Promise<FhirResponse>,
): FhirRoad {
  const { logger, metrics, settings, recordRefused } = parts
  const originOf = buildOriginFinder(settings)
  const inXml = createXmlAnswer(parts)
  const forwarded = settings.trustProxy === false ? undefined : readForwarded(settings.trustProxy)

  return (req, res, fail) => {
    const { path, query } = splitTarget(req.url)
    const found = matchFhirPath(path)
    if (found === undefined) return false
    const record = openAccessRecord(requestIdOf(req.headers['x-request-id']), req.method)
    record.tenant = found.tenant
    const visit: Visit = {
      req,
      path: found,
      query,
      record,
      address: forwarded === undefined ? req.socket.remoteAddress : forwarded.address(req),
      presentation: plainPresentation,
      principal: undefined,
      progress: 'arrived',
    }
    serve(visit, res).catch(fail)
    return true
  }

  async function serve(visit: Visit, res: ServerResponse): Promise<void> {
    const { req, record } = visit
    let answer: FhirResponse
    let cause: unknown
    try {
      answer = await work(visit)
      if (visit.presentation.xml) answer = await inXml(visit, answer)
    } catch (error) {
      cause = error
      answer = await refuse(visit, error)
      if (visit.presentation.xml) answer = await inXml(visit, answer)
    }
    const gone = cause instanceof CallerGone || res.destroyed
    if (!gone) answerer(req, res, answer, visit.presentation, record.requestId)
    const status = gone ? callerGone : answer.status
    metrics.observe(record.interaction, status, performance.now() - record.arrived)
    logAccess(logger, record, status, cause)
  }

  async function refuse(visit: Visit, error: unknown): Promise<FhirResponse> {
    const { requestId } = visit.record
    if (visit.presentation === plainPresentation) visit.presentation = wishOf(visit)
    const refusal = error instanceof Refusal ? error : buildFault(error, requestId)
    // A flood that is held back must not fill the audit trail instead.
    const told = visit.progress === 'admitted' && refusal.kind !== 'throttled'
    if (recordRefused !== undefined && told && !(error instanceof CallerGone)) {
      try {
        await recordRefused(buildRefusedRequest(visit, originOf(visit.req) + visit.path.basePath, refusal))
      } catch (err) {
        logger.error({ requestId, err }, 'a refused request could not be written to the audit trail')
        return buildRefusalAnswer(unrecorded(err))
      }
    }
    return buildRefusalAnswer(refusal)
  }
}

/** What cannot be recorded is not answered, not even that it is refused. */
function unrecorded(cause: unknown): Refusal {
  return new Refusal('unavailable', 'The audit trail cannot be written, so nothing is answered: try again.', {
    cause,
    headers: { 'Retry-After': '5' },
  })
}

/** Who was refused before the wish for a format was looked at reads the refusal in it all the same. */
function wishOf({ req, query }: Visit): Presentation {
  try {
    return choosePresentation(req.headers.accept, parseQuery(query, 'query'), req.headers['content-type'])
  } catch {
    return plainPresentation
  }
}

function buildRefusedRequest(visit: Visit, base: string, refusal: Refusal) {
  const { record, path, principal, address } = visit
  const { requestId, method, interaction, type, id } = record
  return {
    tenant: path.tenant,
    base,
    method,
    interaction,
    requestId,
    refusal,
    ...(principal === undefined ? {} : { principal }),
    ...(type === undefined ? {} : { type }),
    ...(id === undefined ? {} : { id }),
    ...(address === undefined ? {} : { address }),
  }
}

export function buildFault(cause: unknown, requestId: string): Refusal {
  return new Refusal(
    'fault',
    `The server failed at this request: its operator finds why under request id ${requestId}.`,
    {
      cause,
    },
  )
}
