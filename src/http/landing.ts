import { readFileSync } from 'node:fs'
import type { Request, RequestHandler } from 'express'
import { type Answerer, buildAnswerer } from './answer.ts'
import { buildOriginFinder } from './fhir-base.ts'
import { wantsPage } from './landing-accept.ts'
import { readOpenFile } from './landing-files.ts'
import { buildLandingLinks, buildLandingPage, type LandingWords } from './landing-page.ts'
import { createOpenRoad, type OpenAnswer } from './open-road.ts'
import type { HttpParts } from './parts.ts'
import { buildSecurityHeaders } from './security-headers.ts'

const json = 'application/json; charset=utf-8'
const html = 'text/html; charset=utf-8'
/** The one page there is: its own style, script and icon, and nothing from anywhere else. */
const pagePolicy = {
  defaultSrc: ["'none'"],
  styleSrc: ["'self'"],
  scriptSrc: ["'self'"],
  imgSrc: ["'self'"],
  baseUri: ["'none'"],
  formAction: ["'none'"],
  frameAncestors: ["'none'"],
}

/** `/` and what it leads to outside of FHIR: /openapi.json, its own files, the docs. Open to all. */
export function createLandingRoad(parts: HttpParts, answerer: Answerer): RequestHandler {
  const words: LandingWords = JSON.parse(
    readFileSync(new URL('./landing/words.json', import.meta.url), 'utf8'),
  )
  const originOf = buildOriginFinder(parts.settings)
  const pageAnswerer = buildAnswerer(buildSecurityHeaders(pagePolicy))

  return createOpenRoad(parts, answerer, (path) => {
    if (path !== '/' && path !== '/openapi.json' && !/^\/(landing|docs)\//.test(path)) return undefined
    return { name: 'landing', read: (req) => read(req, path) }
  })

  async function read(req: Request, path: string): Promise<OpenAnswer | undefined> {
    const origin = originOf(req)
    const base = `${origin}/fhir`
    if (path === '/openapi.json') {
      const ifNoneMatch = req.headers['if-none-match']
      return { ...parts.openApi({ base, ifNoneMatch, mediaType: 'application/json' }), contentType: json }
    }
    const place = { origin, base, version: parts.version }
    const found =
      path !== '/'
        ? await readOpenFile(path)
        : wantsPage(req.headers.accept)
          ? { contentType: html, body: buildLandingPage(words, place) }
          : { contentType: json, body: buildLandingLinks(place) }
    if (found === undefined) return undefined
    const headers = { 'Cache-Control': 'no-cache' }
    return { status: 200, headers, ...found, ...(found.contentType === html && { answerer: pageAnswerer }) }
  }
}
