import type { IncomingMessage } from 'node:http'
import { promisify } from 'node:util'
import { brotliDecompress, gunzip, inflate } from 'node:zlib'
import { Refusal } from '#fhir/refusal.ts'

/** The caller hung up before the request was whole: there is nobody to answer. */
export class CallerGone extends Error {}

/**
 * Reads a body whole, never holding more than the limit, compressed or not. `hold` counts the bytes against what all
 * requests may hold together, and refuses past that.
 */
export async function readBody(
  req: IncomingMessage,
  limit: number,
  hold: (bytes: number) => void,
): Promise<Buffer> {
  const encoding = req.headers['content-encoding']
  const decompress = encoding === undefined ? undefined : findDecompressor(encoding)
  const announced = req.headers['content-length']
  if (announced !== undefined && Number(announced) > limit) throw tooLong(limit)
  const sent = await collect(req, limit, hold)
  if (decompress === undefined || sent.length === 0) return sent
  const whole = await decompress(sent, { maxOutputLength: limit }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ERR_BUFFER_TOO_LARGE') throw tooLong(limit)
    throw new Refusal(
      'malformed',
      'The body cannot be decompressed: check it against its Content-Encoding.',
      {
        expression: 'http.Content-Encoding',
        cause: error,
      },
    )
  })
  hold(whole.length)
  return whole
}

const decompressors = new Map([
  ['gzip', promisify(gunzip)],
  ['x-gzip', promisify(gunzip)],
  ['deflate', promisify(inflate)],
  ['br', promisify(brotliDecompress)],
] as const)

type Decompress = (bytes: Buffer, options: { maxOutputLength: number }) => Promise<Buffer>

function findDecompressor(encoding: string): Decompress | undefined {
  const name = encoding.trim().toLowerCase()
  if (name === 'identity' || name === '') return undefined
  const found = (decompressors as ReadonlyMap<string, Decompress>).get(name)
  if (found !== undefined) return found
  throw new Refusal('media-type', 'This Content-Encoding is not taken: send gzip, deflate, br or none.', {
    expression: 'http.Content-Encoding',
  })
}

function tooLong(limit: number): Refusal {
  return new Refusal('too-long', `The body is longer than ${limit} bytes: send it in smaller parts.`)
}

function collect(req: IncomingMessage, limit: number, hold: (bytes: number) => void): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    if (req.destroyed) {
      // Gone while the token was looked at: no event is to come.
      reject(new CallerGone())
      return
    }
    const chunks: Buffer[] = []
    let size = 0
    const take = (chunk: Buffer): void => {
      size += chunk.length
      try {
        if (size > limit) throw tooLong(limit)
        hold(chunk.length)
        chunks.push(chunk)
      } catch (refusal) {
        // The stream flows on without a listener: the rest is thrown away, and the server's request timeout ends it.
        req.off('data', take)
        chunks.length = 0
        reject(refusal)
      }
    }
    req.on('data', take)
    req.on('end', () => resolve(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks)))
    req.on('error', () => reject(new CallerGone()))
    req.on('close', () => {
      if (!req.readableEnded) reject(new CallerGone())
    })
  })
}
