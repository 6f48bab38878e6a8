import type { IncomingMessage } from 'node:http'
import { Refusal } from '#fhir/refusal.ts'
import type { RequestHeaders } from '#interaction/exchange.ts'

const single = new Set([
  'authorization',
  'content-type',
  'content-encoding',
  'host',
  'if-match',
  'if-none-match',
  'if-modified-since',
  'if-none-exist',
  'x-provenance',
  'x-security-context',
])

/**
 * Node keeps the first of some repeated headers and joins others: whichever it does, a proxy before us may have read
 * the other one. Counting is enough to notice; the names are looked at only then.
 */
export function checkHeaders(req: IncomingMessage): void {
  if (req.headers.host === undefined && req.httpVersionMinor === 1) {
    throw new Refusal('required', 'The Host header is missing: HTTP/1.1 needs it.', {
      expression: 'http.Host',
    })
  }
  let distinct = 0
  for (const _ in req.headers) distinct++
  if (req.rawHeaders.length === distinct * 2) return
  const seen = new Set<string>()
  for (let at = 0; at < req.rawHeaders.length; at += 2) {
    const name = (req.rawHeaders[at] as string).toLowerCase()
    if (seen.has(name) && single.has(name)) {
      throw new Refusal('invalid', `The header ${name} is there more than once: send one.`, {
        expression: `http.${name}`,
      })
    }
    seen.add(name)
  }
}

export function pickHeaders(req: IncomingMessage, address: string | undefined): RequestHeaders {
  const { headers } = req
  const picked: { -readonly [name in keyof RequestHeaders]: RequestHeaders[name] } = {}
  if (address !== undefined) picked.address = address
  if (headers['if-match'] !== undefined) picked.ifMatch = headers['if-match']
  if (headers['if-none-match'] !== undefined) picked.ifNoneMatch = headers['if-none-match']
  if (headers['if-modified-since'] !== undefined) picked.ifModifiedSince = headers['if-modified-since']
  if (typeof headers['if-none-exist'] === 'string') picked.ifNoneExist = headers['if-none-exist']
  if (typeof headers.prefer === 'string') picked.prefer = headers.prefer
  if (typeof headers['x-provenance'] === 'string') picked.provenance = headers['x-provenance']
  return picked
}
