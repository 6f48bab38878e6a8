import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import express, { type ErrorRequestHandler, type RequestHandler } from 'express'
import { Refusal } from '#fhir/refusal.ts'
import { openAccessRecord } from './access-record.ts'
import { Admission } from './admission.ts'
import { type Answerer, buildAnswerer, buildRefusalAnswer } from './answer.ts'
import { createBookingRoad } from './booking-road.ts'
import { buildCrossOrigin } from './cross-origin.ts'
import { createFeedRoad } from './feed-road.ts'
import { buildFault, createFhirRoad } from './fhir-road.ts'
import { createFhirWork } from './fhir-work.ts'
import { createLandingRoad } from './landing.ts'
import { logAccess } from './log.ts'
import { createOauthRoad } from './oauth-road.ts'
import { createOpenRoad } from './open-road.ts'
import type { HttpParts } from './parts.ts'
import { plainPresentation } from './presentation.ts'
import { findProbe } from './probes.ts'
import { requestIdOf } from './request-id.ts'
import { buildSecurityHeaders } from './security-headers.ts'
import type { HttpRequest } from './visit.ts'

/** The whole of HTTP. FHIR comes first and alone, and pays for no framework; the rest of the world is Express's. */
export function createHttpApp(parts: HttpParts): RequestListener {
  const { settings, metrics } = parts
  const app = express()
  for (const name of ['x-powered-by', 'etag', 'query parser'] as const) app.set(name, false)
  app.set('trust proxy', settings.trustProxy)
  // One body must always fit, packed and unpacked.
  const maxBufferedBytes = Math.max(settings.maxBufferedBytes, 2 * settings.maxBodyBytes)
  const admission = new Admission({ ...settings, maxBufferedBytes })
  metrics.watchInFlight(() => admission.inFlight)
  const answerer = buildAnswerer(buildSecurityHeaders())
  const crossOrigin = buildCrossOrigin(settings)
  const fhir = createFhirRoad(parts, answerer, createFhirWork(parts, admission))
  const refuse = createLastResort(parts, answerer)
  if (parts.authorization !== undefined) app.use(createOauthRoad(parts, parts.authorization))
  app.use(createOpenRoad(parts, answerer, findProbe(parts)))
  app.use(createLandingRoad(parts, answerer))
  if (parts.readFeed !== undefined) app.use(createFeedRoad(parts, parts.readFeed, answerer))
  if (parts.readPublishedSlot !== undefined) app.use(createBookingRoad(parts, parts.readPublishedSlot))
  app.use(((req, res) => refuse(req, res, nowhere())) satisfies RequestHandler)
  app.use(((error: unknown, req, res, _next) =>
    refuse(req, res, undefined, error)) satisfies ErrorRequestHandler)
  const serve = (req: HttpRequest, res: ServerResponse): void => {
    if (!fhir(req, res, (error) => refuse(req, res, undefined, error))) app(req, res)
  }
  return (req, res) => {
    if (!comesFromPage(req)) serve(req as HttpRequest, res)
    else crossOrigin(req, res, () => serve(req as HttpRequest, res))
  }
}

/** Only browsers send Origin; others do not pay for them. */
function comesFromPage({ headers, method }: IncomingMessage): boolean {
  if (headers.origin === undefined) return false
  return method !== 'OPTIONS' || headers['access-control-request-method'] !== undefined
}

/** What no road took, and what fell off one. */
function createLastResort({ logger, metrics }: HttpParts, answerer: Answerer) {
  return (req: IncomingMessage, res: ServerResponse, refused?: Refusal, cause?: unknown): void => {
    const requestId = requestIdOf(req.headers['x-request-id'])
    const refusal = refused ?? buildFault(cause, requestId)
    const record = openAccessRecord(requestId, req.method ?? '')
    if (res.headersSent) res.destroy()
    else answerer(req, res, buildRefusalAnswer(refusal), plainPresentation, requestId)
    metrics.observe(record.interaction, refusal.status, performance.now() - record.arrived)
    logAccess(logger, record, refusal.status, cause)
  }
}

function nowhere(): Refusal {
  return new Refusal('not-found', 'Nothing is at this address: FHIR is at /fhir and /c/{clinic}/fhir.')
}
