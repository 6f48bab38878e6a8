import type { IncomingMessage } from 'node:http'
import { parseJson } from '#fhir/json.ts'
import { Refusal } from '#fhir/refusal.ts'

const mostBytes = 64 * 1_024

/** A small JSON object. */
export async function readJsonObject(req: IncomingMessage): Promise<Record<string, unknown>> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of req as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes > mostBytes) throw new Refusal('too-long', 'The body is too long.')
    chunks.push(chunk)
  }
  const value: unknown = parseJson(Buffer.concat(chunks).toString('utf8'))
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new Refusal('malformed', 'Send a JSON object.')
  }
  return value as Record<string, unknown>
}
