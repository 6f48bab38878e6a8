import { readFileSync } from 'node:fs'
import type { Request, RequestHandler } from 'express'
import { splitTarget } from '#interaction/address/target.ts'
import type { FhirResponse } from '#interaction/exchange.ts'
import { type Answerer, buildAnswerer, buildReadOnlyAnswer } from './answer.ts'
import { buildOriginFinder } from './fhir-base.ts'
import { wantsPage } from './landing-accept.ts'
import { readOpenFile } from './landing-files.ts'
import { buildLandingLinks, buildLandingPage, type LandingWords } from './landing-page.ts'
import type { HttpParts } from './parts.ts'
import { plainPresentation } from './presentation.ts'
import { requestIdOf } from './request-id.ts'
import { buildSecurityHeaders } from './security-headers.ts'

const json = 'application/json; charset=utf-8'
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

interface Answer extends FhirResponse {
  readonly contentType: string
}

/** `/` and what it leads to outside of FHIR: /openapi.json, its own files, the docs. Open to all. */
export function createLandingRoad(parts: HttpParts, answerer: Answerer): RequestHandler {
  const words: LandingWords = JSON.parse(
    readFileSync(new URL('./landing/words.json', import.meta.url), 'utf8'),
  )
  const originOf = buildOriginFinder(parts.settings)
  const pageAnswerer = buildAnswerer(buildSecurityHeaders(pagePolicy))

  return async (req, res, next) => {
    const { path } = splitTarget(req.url)
    if (path !== '/' && path !== '/openapi.json' && !/^\/(landing|docs)\//.test(path)) {
      next()
      return
    }
    const started = performance.now()
    const requestId = requestIdOf(req.headers['x-request-id'])
    const answer = await find(req, path)
    if (answer === undefined) {
      next()
      return
    }
    const { contentType } = answer
    const write = contentType.startsWith('text/html') ? pageAnswerer : answerer
    write(req, res, answer, { contentType, pretty: false }, requestId)
    parts.metrics.observe('landing', answer.status, performance.now() - started)
  }

  async function find(req: Request, path: string): Promise<Answer | undefined> {
    if (req.method !== 'GET' && req.method !== 'HEAD')
      return { ...buildReadOnlyAnswer(), contentType: plainPresentation.contentType }
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
          ? { contentType: 'text/html; charset=utf-8', body: buildLandingPage(words, place) }
          : { contentType: json, body: buildLandingLinks(place) }
    return found && { status: 200, headers: { 'Cache-Control': 'no-cache' }, ...found }
  }
}
