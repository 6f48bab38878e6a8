import type { Request, RequestHandler } from 'express'
import { Refusal } from '#fhir/refusal.ts'
import { parseQuery } from '#interaction/address/query.ts'
import { splitTarget } from '#interaction/address/target.ts'
import { buildAnswerer, buildRefusalAnswer } from './answer.ts'
import { buildBookingPage } from './booking-page.ts'
import { readForwarded } from './forwarded.ts'
import { createOpenRoad } from './open-road.ts'
import type { HttpParts, ReadPublishedSlot } from './parts.ts'
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
  return createOpenRoad(parts, answerer, (path) => {
    const tenant = address.exec(path)?.[1]
    if (tenant === undefined) return undefined
    return {
      name: 'booking-page',
      read(req, requestId) {
        const from = forwarded === undefined ? req.socket.remoteAddress : forwarded.address(req)
        return show(tenant, req, from, requestId)
      },
    }
  })

  async function show(tenant: string, req: Request, from: string | undefined, requestId: string) {
    try {
      parts.limits?.checkAddress(from)
      const asked = new Map(
        parseQuery(splitTarget(req.url).query, 'query').map(([name, value]) => [
          name,
          value.slice(0, longestHandle),
        ]),
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
      const body = buildBookingPage(time, req.headers['accept-language'])
      return { status: time === undefined ? 404 : 200, body, contentType: 'text/html; charset=utf-8' }
    } catch (error) {
      if (error instanceof Refusal) return buildRefusalAnswer(error)
      throw error
    }
  }
}
