import type { RequestHandler } from 'express'
import type { Answerer } from './answer.ts'
import { buildOriginFinder } from './fhir-base.ts'
import { createOpenRoad } from './open-road.ts'
import type { HttpParts, ReadFeed } from './parts.ts'

/** 32 random bytes: nobody guesses one. */
const address = /^\/calendars\/([A-Za-z0-9-]{1,64})\/([A-Za-z0-9_-]{43})\.ics$/

/** Private calendar addresses, for programs that know no tokens but the one in the address. */
export function createFeedRoad(parts: HttpParts, readFeed: ReadFeed, answerer: Answerer): RequestHandler {
  const originOf = buildOriginFinder(parts.settings)
  return createOpenRoad(parts, answerer, (path) => {
    const match = address.exec(path)
    if (match === null) return undefined
    const [, tenant = '', token = ''] = match
    return {
      name: 'calendar',
      async read(req) {
        const base = `${originOf(req)}${tenant === 'main' ? '/fhir' : `/c/${tenant}/fhir`}`
        return (await parts.isClinic(tenant)) ? await readFeed(tenant, token, base) : undefined
      },
    }
  })
}
