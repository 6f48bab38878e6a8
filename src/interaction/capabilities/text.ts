import { createHash } from 'node:crypto'
import { parseEtags } from '../etag.ts'
import type { FhirResponse } from '../exchange.ts'

/** Stands for the clinic's base in a kept text: bases come from callers, so a text per base could be made endless. */
export const basePlaceholder = 'urn:uuid:00000000-0000-0000-0000-000000000000'

/** Stands for its scheme and authority. */
export const originPlaceholder = 'urn:uuid:00000000-0000-0000-0000-000000000001'

/** A text that stays as it is while the server runs, around the addresses of whoever asks. */
export interface KeptText {
  readonly pieces: readonly string[]
  readonly fingerprint: string
}

/** The fingerprint leaves out when the server started: another process says the same, and so does the next start. */
export function keepText(text: string, since?: Date): KeptText {
  const lasting = since === undefined ? text : text.replaceAll(since.toISOString(), '')
  return {
    pieces: text.split(basePlaceholder),
    fingerprint: createHash('sha256').update(lasting).digest('hex').slice(0, 24),
  }
}

export interface TextRequest {
  readonly base: string
  readonly ifNoneMatch?: string | undefined
  /** The media type of the answer: a cache must not take one format for another. */
  readonly mediaType: string
}

/** https://hl7.org/fhir/R4/http.html#capabilities: no secret, and it changes with a release, so caches ask again. */
export function answerKept(text: KeptText, { base, ifNoneMatch, mediaType }: TextRequest): FhirResponse {
  const format = mediaType.replace(/;.*$/, '').replace(/^.*\//, '').replaceAll(/\W/g, '-')
  const tag = `${text.fingerprint}.${format}`
  const known = ifNoneMatch === undefined ? [] : parseEtags(ifNoneMatch, 'If-None-Match')
  const head = { etag: `W/"${tag}"`, headers: { 'Cache-Control': 'no-cache' } }
  if (known === '*' || known.includes(tag)) return { status: 304, ...head }
  const body = text.pieces
    .join(inJson(base))
    .replaceAll(originPlaceholder, inJson(base.replace(clinicPath, '')))
  return { status: 200, ...head, body }
}

const clinicPath = /(?:\/c\/[^/]+)?\/fhir$/

function inJson(text: string): string {
  return JSON.stringify(text).slice(1, -1)
}
