import type { IncomingMessage } from 'node:http'
import { Refusal } from '#fhir/refusal.ts'

/**
 * A small body, whole. Of one that is too long the rest is read and thrown away: left in the connection it would keep
 * the next request there waiting.
 */
export function readBytes(req: IncomingMessage, mostBytes: number, tooLong: string): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let bytes = 0
    req.on('data', (chunk: Buffer) => {
      bytes += chunk.length
      if (bytes <= mostBytes) {
        chunks.push(chunk)
        return
      }
      chunks.length = 0
      reject(new Refusal('too-long', tooLong))
    })
    req.on('end', () => resolve(Buffer.concat(chunks)))
    req.on('error', reject)
  })
}

/** Long enough for every scope there is (SMART asks for 32 kB by POST), short enough for anyone to send. */
const mostFormBytes = 56 * 1_024

/** What a page or an app sends as a form. */
export async function readForm(req: IncomingMessage): Promise<URLSearchParams> {
  const type = req.headers['content-type']?.split(';')[0]?.trim().toLowerCase()
  if (type !== 'application/x-www-form-urlencoded') {
    throw new Refusal('media-type', 'A form is sent as application/x-www-form-urlencoded.')
  }
  const bytes = await readBytes(req, mostFormBytes, 'The form is longer than any of this server.')
  return new URLSearchParams(bytes.toString('utf8'))
}
