import { Refusal } from '#fhir/refusal.ts'
import type { Resource } from '#fhir/resource.ts'

export type BundleMethod = 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

/** One request of a batch or transaction: https://hl7.org/fhir/R4/bundle.html#Bundle.entry.request */
export interface BundleEntry {
  /** `Bundle.entry[3]`: where a refusal points. */
  readonly expression: string
  readonly fullUrl?: string
  readonly resource?: Resource
  readonly method: BundleMethod
  readonly url: string
  readonly ifMatch?: string
  readonly ifNoneMatch?: string
  readonly ifModifiedSince?: string
  readonly ifNoneExist?: string
}

const methods: ReadonlySet<unknown> = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'])
const conditions = ['ifMatch', 'ifNoneMatch', 'ifModifiedSince', 'ifNoneExist'] as const

/** The list alone: an entry that is none is refused when it is read, in a batch only for itself. */
export function readEntryList(bundle: unknown, limit: number): readonly unknown[] {
  if (!isObject(bundle) || bundle.resourceType !== 'Bundle') {
    throw new Refusal('invalid', 'A POST to the base takes a Bundle of type batch or transaction.', {
      expression: 'Bundle',
    })
  }
  if (bundle.type !== 'batch' && bundle.type !== 'transaction') {
    throw new Refusal(
      'invalid',
      'Bundle.type must be batch or transaction here; to keep a bundle as a document, POST it to Bundle.',
      {
        expression: 'Bundle.type',
      },
    )
  }
  const { entry = [] } = bundle
  if (!Array.isArray(entry)) {
    throw new Refusal('malformed', 'Bundle.entry must be an array.', { expression: 'Bundle.entry' })
  }
  if (entry.length > limit) {
    const sentence = `The Bundle has ${entry.length} entries, and ${limit} is the most: send several bundles.`
    throw new Refusal('too-long', sentence, {
      issues: [
        { severity: 'error', code: 'too-costly', diagnostics: sentence, expression: ['Bundle.entry'] },
      ],
    })
  }
  return entry
}

export function readEntry(entry: unknown, index: number): BundleEntry {
  const expression = `Bundle.entry[${index}]`
  if (!isObject(entry)) throw new Refusal('malformed', 'A Bundle.entry must be an object.', { expression })
  const { fullUrl, resource, request } = entry
  if (!isObject(request)) {
    throw new Refusal('required', 'Each entry needs a request with method and url.', {
      expression: `${expression}.request`,
    })
  }
  const { method, url } = request
  if (!methods.has(method)) {
    throw new Refusal('value', 'The method must be GET, HEAD, POST, PUT, PATCH or DELETE.', {
      expression: `${expression}.request.method`,
    })
  }
  if (typeof url !== 'string') {
    throw new Refusal('required', 'The request needs a url, such as Patient/123.', {
      expression: `${expression}.request.url`,
    })
  }
  if (fullUrl !== undefined && typeof fullUrl !== 'string') {
    throw new Refusal('malformed', 'A fullUrl must be a string.', { expression: `${expression}.fullUrl` })
  }
  if (resource !== undefined && !(isObject(resource) && typeof resource.resourceType === 'string')) {
    throw new Refusal('malformed', 'An entry.resource must be a resource: an object with a resourceType.', {
      expression: `${expression}.resource`,
    })
  }
  return {
    expression,
    method: method as BundleMethod,
    url,
    ...(fullUrl === undefined ? {} : { fullUrl }),
    ...(resource === undefined ? {} : { resource: resource as Resource }),
    ...readConditions(request, expression),
  }
}

function readConditions(
  request: Record<string, unknown>,
  expression: string,
): Partial<Record<(typeof conditions)[number], string>> {
  const found: Partial<Record<(typeof conditions)[number], string>> = {}
  for (const name of conditions) {
    const value = request[name]
    if (value === undefined) continue
    if (typeof value !== 'string') {
      throw new Refusal('malformed', `${name} must be a string.`, {
        expression: `${expression}.request.${name}`,
      })
    }
    found[name] = value
  }
  return found
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
