import type { IncomingMessage } from 'node:http'
import { Refusal } from '#fhir/refusal.ts'

/** Of the longest form there is: a consent to many scopes. */
const mostBytes = 64 * 1024

export async function readForm(req: IncomingMessage): Promise<URLSearchParams> {
  const type = req.headers['content-type']?.split(';')[0]?.trim().toLowerCase()
  if (type !== 'application/x-www-form-urlencoded') {
    throw new Refusal('media-type', 'A form is sent as application/x-www-form-urlencoded.')
  }
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of req as AsyncIterable<Buffer>) {
    length += chunk.length
    if (length > mostBytes) throw new Refusal('too-long', 'The form is longer than any of this server.')
    chunks.push(chunk)
  }
  return new URLSearchParams(Buffer.concat(chunks).toString('utf8'))
}
