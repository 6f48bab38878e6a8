import { buildOperationOutcome } from '#fhir/operation-outcome.ts'
import type { Refusal } from '#fhir/refusal.ts'
import type { FhirRequest, FhirResponse } from '../exchange.ts'
import { parsePrefer } from '../prefer.ts'

const phrases: Readonly<Record<number, string>> = {
  200: 'OK',
  201: 'Created',
  204: 'No Content',
  304: 'Not Modified',
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  406: 'Not Acceptable',
  409: 'Conflict',
  410: 'Gone',
  412: 'Precondition Failed',
  413: 'Content Too Large',
  415: 'Unsupported Media Type',
  422: 'Unprocessable Content',
  428: 'Precondition Required',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
}

/** Put together as text: the stored texts are neither parsed nor escaped again. */
export function buildResponseBundle(
  type: 'batch-response' | 'transaction-response',
  entries: readonly string[],
): string {
  const list = entries.length === 0 ? '' : `,"entry":[${entries.join(',')}]`
  return `{"resourceType":"Bundle","type":"${type}"${list}}`
}

export function buildResponseEntry(request: FhirRequest, response: FhirResponse): string {
  const { status, location, etag, lastModified, body } = response
  let head = `"response":{"status":"${statusText(status)}"`
  if (location !== undefined) head += `,"location":${JSON.stringify(location)}`
  if (etag !== undefined) head += `,"etag":${JSON.stringify(etag)}`
  if (lastModified !== undefined) head += `,"lastModified":"${lastModified.toISOString()}"`
  if (body === undefined || request.method === 'HEAD') return `{${head}}}`
  if (answersWithOutcome(request)) return `{${head},"outcome":${body}}}`
  const instance = instanceOf(request, location)
  const fullUrl = instance === undefined ? '' : `"fullUrl":${JSON.stringify(instance)},`
  return `{${fullUrl}"resource":${body},${head}}}`
}

export function buildRefusedEntry(refusal: Refusal): string {
  const outcome = JSON.stringify(buildOperationOutcome(refusal))
  return `{"response":{"status":"${statusText(refusal.status)}","outcome":${outcome}}}`
}

function statusText(status: number): string {
  const phrase = phrases[status]
  return phrase === undefined ? String(status) : `${status} ${phrase}`
}

const writes: ReadonlySet<string> = new Set(['create', 'update', 'patch', 'delete'])

function answersWithOutcome({ interaction, headers }: FhirRequest): boolean {
  return writes.has(interaction) && parsePrefer(headers.prefer).answer === 'OperationOutcome'
}

function instanceOf(
  { interaction, base, type, id }: FhirRequest,
  location: string | undefined,
): string | undefined {
  if (location !== undefined) return location.split('/_history/')[0]
  return (interaction === 'read' || interaction === 'vread') && id !== undefined
    ? `${base}/${type}/${id}`
    : undefined
}
