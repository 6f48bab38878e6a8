import type { IncomingMessage, ServerResponse } from 'node:http'
import { pipeline } from 'node:stream/promises'
import compression from 'compression'
import type { Request, Response } from 'express'
import { buildOperationOutcome } from '#fhir/operation-outcome.ts'
import { Refusal } from '#fhir/refusal.ts'
import type { FhirResponse } from '#interaction/exchange.ts'
import type { Presentation } from './presentation.ts'
import { indentJson } from './pretty-json.ts'

/** Below this a compressed answer saves less than a packet and costs a stream. */
const worthCompressing = 1024

export type Answerer = (
  req: IncomingMessage,
  res: ServerResponse,
  answer: FhirResponse,
  presentation: Presentation,
  requestId: string,
) => void

/** Writes answers in one go: head and body in one packet where they fit, and no header table in between. */
export function buildAnswerer(securityHeaders: readonly string[]): Answerer {
  const compress = compression({ threshold: worthCompressing, filter: () => true })
  return (req, res, answer, presentation, requestId) => {
    const head = securityHeaders.slice()
    head.push('X-Request-Id', requestId)
    // Patient data is for the caller alone: no cache on the way may keep it.
    if (answer.headers?.['Cache-Control'] === undefined) head.push('Cache-Control', 'no-store')
    if (answer.etag !== undefined) head.push('ETag', answer.etag)
    if (answer.lastModified !== undefined) head.push('Last-Modified', answer.lastModified.toUTCString())
    if (answer.location !== undefined) head.push('Location', answer.location)
    if (answer.headers !== undefined) {
      for (const name in answer.headers) head.push(name, answer.headers[name] as string)
    }
    if (answer.stream !== undefined) {
      head.push('Content-Type', answer.contentType ?? presentation.contentType)
      sendStream(req, res.writeHead(answer.status, head), answer.stream)
      return
    }
    const sent = answer.bytes ?? answer.body
    if (sent === undefined) {
      if (answer.status !== 204 && answer.status !== 304) head.push('Content-Length', '0')
      res.writeHead(answer.status, head).end()
      return
    }
    const isJson = !presentation.xml && answer.contentType === undefined
    const body = presentation.pretty && isJson && typeof sent === 'string' ? indentJson(sent) : sent
    const length = Buffer.byteLength(body)
    head.push('Content-Type', answer.contentType ?? presentation.contentType)
    if (length >= worthCompressing && req.headers['accept-encoding'] !== undefined && req.method !== 'HEAD') {
      compress(req as Request, res as Response, proceed)
      head.push('Content-Length', String(length))
      res.writeHead(answer.status, head)
      res.end(body)
      return
    }
    head.push('Content-Length', String(length))
    res.writeHead(answer.status, head)
    res.end(req.method === 'HEAD' ? undefined : body)
  }
}

/** Who takes nothing for so long has gone away. */
const longestStall = 60_000

/** As fast as the caller takes it; one that breaks off is cut, so that nobody takes it for whole. */
function sendStream(req: IncomingMessage, res: ServerResponse, stream: AsyncGenerator<string>): void {
  if (req.method === 'HEAD') {
    res.end()
    void stream.return(undefined)
    return
  }
  res.setTimeout(longestStall, () => res.destroy())
  pipeline(stream, res).catch(() => res.destroy())
}

/** The middleware only prepares the response; what it would go on to is already here. */
function proceed(): void {}

export function buildRefusalAnswer(refusal: Refusal): FhirResponse {
  const { status, headers } = refusal
  return {
    status,
    // A caller who is told to wait must be told how long.
    headers:
      status === 503 && headers['Retry-After'] === undefined ? { ...headers, 'Retry-After': '2' } : headers,
    body: JSON.stringify(buildOperationOutcome(refusal)),
  }
}

/** For addresses beside FHIR that can only be read. */
export function buildReadOnlyAnswer(): FhirResponse {
  return buildRefusalAnswer(
    new Refusal('method-not-allowed', 'This address takes GET.', { headers: { Allow: 'GET, HEAD' } }),
  )
}
