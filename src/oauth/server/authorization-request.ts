import type { IncomingMessage } from 'node:http'
import { Refusal } from '#fhir/refusal.ts'
import { readForm } from '../read-bytes.ts'
import { trim } from './addresses.ts'

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
