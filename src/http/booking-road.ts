import type { RequestHandler } from 'express'
import { Refusal } from '#fhir/refusal.ts'
import { parseQuery } from '#interaction/address/query.ts'
import { splitTarget } from '#interaction/address/target.ts'
import { buildAnswerer, buildRefusalAnswer } from './answer.ts'
import { buildBookingPage } from './booking-page.ts'
import { readForwarded } from './forwarded.ts'
import type { HttpParts, ReadPublishedSlot } from './parts.ts'
import { requestIdOf } from './request-id.ts'
import { buildSecurityHeaders } from './security-headers.ts'

const address = /^\/booking\/([a-z0-9-]{1,63})$/
const pagePolicy = {
  defaultSrc: ["'none'"],
  styleSrc: ["'self'"],
  imgSrc: ["'self'"],
  baseUri: ["'none'"],
  formAction: ["'none'"],
  frameAncestors: ["'none'"],
}
/** A correlation handle, not a text. */
const longestHandle = 200

/** Where the links of published slots lead: https://github.com/smart-on-fhir/smart-scheduling-links, Deep Links. */
export function createBookingRoad(parts: HttpParts, readSlot: ReadPublishedSlot): RequestHandler {
  const answerer = buildAnswerer(buildSecurityHeaders(pagePolicy))
  const { trustProxy } = parts.settings
  const forwarded = trustProxy === false ? undefined : readForwarded(trustProxy)
  return async (req, res, next) => {
    const { path, query } = splitTarget(req.url)
    const tenant = address.exec(path)?.[1]
    if (tenant === undefined || (req.method !== 'GET' && req.method !== 'HEAD')) {
      next()
      return
    }
    const started = performance.now()
    const requestId = requestIdOf(req.headers['x-request-id'])
    const from = forwarded === undefined ? req.socket.remoteAddress : forwarded.address(req)
    const answer = await show(tenant, query, from, requestId, req.headers['accept-language'])
    answerer(req, res, answer, { contentType: 'text/html; charset=utf-8', pretty: false }, requestId)
    parts.metrics.observe('booking-page', answer.status, performance.now() - started)
  }

  async function show(
    tenant: string,
    query: string,
    from: string | undefined,
    requestId: string,
    language?: string,
  ) {
    try {
      parts.limits?.checkAddress(from)
      const asked = new Map(
        parseQuery(query, 'query').map(([name, value]) => [name, value.slice(0, longestHandle)]),
      )
      const source = asked.get('source')
      const referral = asked.get('booking-referral')
      const time = (await parts.isClinic(tenant))
        ? await readSlot({
            tenant,
            handle: asked.get('slot') ?? '',
            ...(source !== undefined && { source }),
            ...(referral !== undefined && { referral }),
            ...(from !== undefined && { address: from }),
            requestId,
          })
        : undefined
      return { status: time === undefined ? 404 : 200, body: buildBookingPage(time, language) }
    } catch (error) {
      if (error instanceof Refusal)
        return { ...buildRefusalAnswer(error), contentType: 'application/fhir+json; charset=utf-8' }
      throw error
    }
  }
}
