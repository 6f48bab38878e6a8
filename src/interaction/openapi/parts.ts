/** The small pieces that a path is put together from: https://spec.openapis.org/oas/v3.1.0 */

export interface Endpoint {
  readonly operationId: string
  readonly summary: string
  readonly tags: readonly string[]
  readonly responses: Readonly<Record<string, object>>
  readonly parameters?: readonly object[]
  readonly requestBody?: object
  readonly security?: readonly object[]
  readonly description?: string
}

export type Method = 'get' | 'post' | 'put' | 'patch' | 'delete'

/** With parameters of the path itself. */
export type PathItem = { readonly parameters?: readonly object[] } & { [method in Method]?: Endpoint }

export const schema = (name: string) => ({ $ref: `#/components/schemas/${name}` })
export const parameter = (name: string) => ({ $ref: `#/components/parameters/${name}` })
export const response = (name: string) => ({ $ref: `#/components/responses/${name}` })
export const requestBody = (name: string) => ({ $ref: `#/components/requestBodies/${name}` })

/** The same content in every format that is spoken. */
export function contentOf(name: string, mediaTypes: readonly string[]): Record<string, object> {
  return Object.fromEntries(mediaTypes.map((mediaType) => [mediaType, { schema: schema(name) }]))
}

/** What may go wrong is the same everywhere: an OperationOutcome with its status. */
export function answers(successes: Readonly<Record<string, string>>): Record<string, object> {
  const found = Object.entries(successes).map(([status, name]) => [status, response(name)])
  return { ...Object.fromEntries(found), '4XX': response('Refused'), '5XX': response('Failed') }
}
