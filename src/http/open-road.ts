import type { Request, RequestHandler } from 'express'
import { splitTarget } from '#interaction/address/target.ts'
import type { FhirResponse } from '#interaction/exchange.ts'
import { type Answerer, buildReadOnlyAnswer } from './answer.ts'
import type { HttpParts } from './parts.ts'
import { plainPresentation } from './presentation.ts'
import { requestIdOf } from './request-id.ts'

/** Something that can be read without a token: a page, a probe, a calendar. */
export interface OpenPlace {
  /** As the metrics call it. */
  readonly name: string
  /** Undefined: there is nothing after all. */
  read(req: Request, requestId: string): Promise<OpenAnswer | undefined>
}

export interface OpenAnswer extends FhirResponse {
  /** A page writes its own security headers. */
  readonly answerer?: Answerer
}

/** Open to all, beside FHIR. Where `find` knows no place the next road is asked. */
export function createOpenRoad(
  { metrics }: Pick<HttpParts, 'metrics'>,
  answerer: Answerer,
  find: (path: string) => OpenPlace | undefined,
): RequestHandler {
  return async (req, res, next) => {
    const place = find(splitTarget(req.url).path)
    if (place === undefined) {
      next()
      return
    }
    const started = performance.now()
    const requestId = requestIdOf(req.headers['x-request-id'])
    const reads = req.method === 'GET' || req.method === 'HEAD'
    const answer: OpenAnswer | undefined = reads ? await place.read(req, requestId) : buildReadOnlyAnswer()
    if (answer === undefined) {
      next()
      return
    }
    const write = answer.answerer ?? answerer
    write(req, res, answer, plainPresentation, requestId)
    metrics.observe(place.name, answer.status, performance.now() - started)
  }
}
