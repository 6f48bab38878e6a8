import type { Request, RequestHandler, Response } from 'express'
import { Refusal } from '#fhir/refusal.ts'
import { splitTarget } from '#interaction/address/target.ts'
import { buildPageHeaders } from '#oauth/pages/page-headers.ts'
import type { WebExchange } from '#oauth/web-exchange.ts'
import { openAccessRecord } from './access-record.ts'
import { buildOriginFinder } from './fhir-base.ts'
import { buildFault } from './fhir-road.ts'
import { logAccess } from './log.ts'
import type { AuthorizationDoor, HttpParts } from './parts.ts'
import { requestIdOf } from './request-id.ts'
import { buildSecurityHeaders } from './security-headers.ts'

/** Where people sign in and apps get their tokens. Pages set the policy that they need; all else is no page. */
export function createOauthRoad(parts: HttpParts, door: AuthorizationDoor): RequestHandler {
  const { logger, metrics, settings } = parts
  const originOf = buildOriginFinder(settings)
  const headers = buildSecurityHeaders()
  const behindProxy = settings.trustProxy !== false

  return (req, res, next) => {
    const { path, query } = splitTarget(req.url)
    if (!door.takes(path)) {
      next()
      return
    }
    const record = openAccessRecord(requestIdOf(req.headers['x-request-id']), req.method)
    record.interaction = 'oauth'
    let cause: unknown
    res.once('close', () => {
      metrics.observe(record.interaction, res.statusCode, performance.now() - record.arrived)
      logAccess(logger, record, res.statusCode, cause)
    })
    for (let at = 0; at < headers.length; at += 2)
      res.setHeader(headers[at] as string, headers[at + 1] as string)
    res.setHeader('Cache-Control', 'no-store')
    res.setHeader('X-Request-Id', record.requestId)
    const exchange = {
      req,
      res,
      origin: originOf(req),
      path,
      query: new URLSearchParams(query),
      address: behindProxy ? req.ip : req.socket.remoteAddress,
      requestId: record.requestId,
    }
    answerWithin(exchange)
      .then((answered) => {
        if (!answered) next()
      })
      .catch((error: unknown) => {
        cause = error
        refuse(
          req,
          res,
          error instanceof Refusal ? error : buildFault(error, record.requestId),
          record.requestId,
        )
      })
  }

  async function answerWithin(exchange: WebExchange): Promise<boolean> {
    if (exchange.req.method === 'POST') parts.limits?.checkSignIn(exchange.address)
    return door.answer(exchange)
  }

  function refuse(req: Request, res: Response, refusal: Refusal, requestId: string): void {
    if (res.headersSent) {
      res.destroy()
      return
    }
    for (const [name, value] of Object.entries(refusal.headers)) res.setHeader(name, value)
    res.statusCode = refusal.status
    const page = req.headers.accept?.includes('text/html') === true
    if (page)
      for (const [name, value] of Object.entries(buildPageHeaders(req.secure))) res.setHeader(name, value)
    res.setHeader('Content-Type', page ? 'text/html; charset=utf-8' : 'application/json')
    const error = refusal.status >= 500 ? 'server_error' : 'invalid_request'
    res.end(
      page
        ? door.explain(refusal.message, requestId, req.headers['accept-language'])
        : JSON.stringify({ error, error_description: refusal.message }),
    )
  }
}
