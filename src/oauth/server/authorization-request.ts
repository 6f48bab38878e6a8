import type { IncomingMessage } from 'node:http'
import { Refusal } from '#fhir/refusal.ts'
import { trim } from './addresses.ts'

/** Long enough for every scope there is (SMART asks for 32 kB by POST), short enough for anyone to send. */
const mostBytes = 56 * 1_024

/**
 * An authorization request as oidc-provider reads it. SMART names the audience `aud`, sends the parameters by GET or by
 * POST, and asks for `offline_access` without the prompt that OpenID Connect wants with it.
 */
export async function readAuthorizationRequest(
  req: IncomingMessage,
  query: URLSearchParams,
): Promise<string> {
  const params = req.method === 'POST' ? await readForm(req) : new URLSearchParams(query)
  if (params.has('response_mode') && params.get('response_mode') !== 'query') {
    throw new Refusal('invalid', 'response_mode must be query: leave it out.')
  }
  const [audience] = params.getAll('aud')
  const [resource] = params.getAll('resource')
  if (audience !== undefined && params.getAll('aud').length === 1) {
    if (resource === undefined || trim(resource) === trim(audience)) params.set('resource', trim(audience))
  } else if (resource !== undefined && params.getAll('resource').length === 1) {
    params.set('resource', trim(resource))
  }
  const prompts = params.getAll('prompt').join(' ').split(' ').filter(Boolean)
  if (!prompts.includes('none') && !prompts.includes('consent'))
    params.set('prompt', [...prompts, 'consent'].join(' '))
  return params.toString()
}

export async function readForm(req: IncomingMessage): Promise<URLSearchParams> {
  const type = req.headers['content-type']?.split(';')[0]?.trim().toLowerCase()
  if (type !== 'application/x-www-form-urlencoded') {
    throw new Refusal('media-type', 'Send a form: application/x-www-form-urlencoded.')
  }
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of req as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes > mostBytes) throw new Refusal('too-long', 'The form is too long.')
    chunks.push(chunk)
  }
  return new URLSearchParams(Buffer.concat(chunks).toString('utf8'))
}
