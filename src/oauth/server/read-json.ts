import type { IncomingMessage } from 'node:http'
import { parseJson } from '#fhir/json.ts'
import { Refusal } from '#fhir/refusal.ts'
import { readBytes } from '../read-bytes.ts'

const mostBytes = 64 * 1_024

/** A small JSON object. */
export async function readJsonObject(req: IncomingMessage): Promise<Record<string, unknown>> {
  const bytes = await readBytes(req, mostBytes, 'The body is too long.')
  const value: unknown = parseJson(bytes.toString('utf8'))
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new Refusal('malformed', 'Send a JSON object.')
  }
  return value as Record<string, unknown>
}
