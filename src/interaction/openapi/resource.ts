import type { ResourceCapability } from '../capabilities/base.ts'
import {
  answers,
  type Endpoint,
  type Method,
  type PathItem,
  parameter,
  requestBody,
  schema,
} from './parts.ts'

interface ClaimedParameter {
  readonly name: string
  readonly type: string
  readonly definition: string
}

const reading = ['_summary', '_elements', '_format', '_pretty'].map((name) => parameter(`result.${name}`))
const shaping = ['_sort', '_count', '_include', '_revinclude', '_total'].map((name) =>
  parameter(`result.${name}`),
)
const prefer = parameter('header.Prefer')
export const searchResult = [...shaping, ...reading, prefer]
export const historyResult = [
  ...['_count', '_since', '_at'].map((name) => parameter(`result.${name}`)),
  ...reading,
]

/** The paths of one type, as its entry in the CapabilityStatement has them. */
export function buildResourcePaths(
  entry: ResourceCapability,
  common: ReadonlySet<string>,
): Record<string, PathItem> {
  const { type } = entry
  const served = new Set(entry.interaction?.map(({ code }) => code))
  const endpoint = (
    name: string,
    summary: string,
    rest: Pick<Endpoint, 'responses'> & Partial<Endpoint>,
  ) => ({
    tags: [type],
    operationId: name,
    summary,
    ...rest,
  })
  const when = (condition: boolean, method: Method, make: () => Endpoint): PathItem =>
    condition ? { [method]: make() } : {}
  const criteria = parameter('criteria')
  const ifMatch = parameter('header.If-Match')
  const provenance = parameter('header.X-Provenance')
  const body = requestBody(type)
  const one = { 200: type }
  const written = { 200: type, 201: type }

  const paths: Record<string, PathItem> = {
    [`/${type}`]: {
      ...when(served.has('search-type'), 'get', () =>
        endpoint(`search${type}`, `Search ${type}`, {
          parameters: [...searchParametersOf(entry, common), ...searchResult],
          responses: answers({ 200: 'Bundle' }),
        }),
      ),
      ...when(served.has('create'), 'post', () =>
        endpoint(`create${type}`, `Create a ${type}`, {
          parameters:
            entry.conditionalCreate === true
              ? [parameter('header.If-None-Exist'), provenance, prefer]
              : [provenance, prefer],
          requestBody: body,
          responses: answers(entry.conditionalCreate === true ? written : { 201: type }),
        }),
      ),
      ...when(served.has('update') && entry.conditionalUpdate === true, 'put', () =>
        endpoint(`updateFound${type}`, `Update the ${type} that a search finds, or create it`, {
          parameters: [criteria, ifMatch, provenance, prefer],
          requestBody: body,
          responses: answers(written),
        }),
      ),
      ...when(served.has('patch') && entry.conditionalUpdate === true, 'patch', () =>
        endpoint(`patchFound${type}`, `Patch the ${type} that a search finds`, {
          parameters: [criteria, ifMatch, provenance, prefer],
          requestBody: requestBody('Patch'),
          responses: answers(one),
        }),
      ),
      ...when(
        served.has('delete') && ['single', 'multiple'].includes(String(entry.conditionalDelete)),
        'delete',
        () =>
          endpoint(`deleteFound${type}`, `Delete what a search of ${type} finds`, {
            parameters: [criteria, prefer],
            responses: answers({ 200: 'Outcome', 204: 'Done' }),
          }),
      ),
    },
    [`/${type}/_search`]: when(served.has('search-type'), 'post', () =>
      endpoint(`search${type}ByForm`, `Search ${type}, with the parameters in the body`, {
        parameters: [prefer],
        requestBody: requestBody('Search'),
        responses: answers({ 200: 'Bundle' }),
      }),
    ),
    [`/${type}/_history`]: when(served.has('history-type'), 'get', () =>
      endpoint(`historyOfAll${type}`, `Versions of every ${type}`, {
        parameters: historyResult,
        responses: answers({ 200: 'Bundle' }),
      }),
    ),
    [`/${type}/{id}`]: {
      ...when(served.has('read'), 'get', () =>
        endpoint(`read${type}`, `Read a ${type}`, {
          parameters: [parameter('header.If-None-Match'), parameter('header.If-Modified-Since'), ...reading],
          responses: answers({ 200: type, 304: 'NotModified' }),
        }),
      ),
      ...when(served.has('update'), 'put', () =>
        endpoint(`update${type}`, `Update a ${type}, or create it under this id`, {
          parameters: [ifMatch, parameter('header.If-None-Match'), provenance, prefer],
          requestBody: body,
          responses: answers(written),
        }),
      ),
      ...when(served.has('patch'), 'patch', () =>
        endpoint(`patch${type}`, `Patch a ${type}`, {
          parameters: [ifMatch, provenance, prefer],
          requestBody: requestBody('Patch'),
          responses: answers(one),
        }),
      ),
      ...when(served.has('delete'), 'delete', () =>
        endpoint(`delete${type}`, `Delete a ${type}`, {
          parameters: [ifMatch, prefer],
          responses: answers({ 200: 'Outcome', 204: 'Done' }),
        }),
      ),
    },
    [`/${type}/{id}/_history`]: when(served.has('history-instance'), 'get', () =>
      endpoint(`historyOf${type}`, `Versions of a ${type}`, {
        parameters: historyResult,
        responses: answers({ 200: 'Bundle' }),
      }),
    ),
    [`/${type}/{id}/_history/{versionId}`]: when(served.has('vread'), 'get', () =>
      endpoint(`vread${type}`, `Read a version of a ${type}`, {
        parameters: reading,
        responses: answers({ 200: type }),
      }),
    ),
  }
  return Object.fromEntries(
    Object.entries(paths)
      .filter(([, item]) => Object.keys(item).length > 0)
      .map(([path, item]) => [path, { ...pathParameters(path), ...item }]),
  )
}

export function pathParameters(path: string): Pick<PathItem, 'parameters'> {
  const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => parameter(name))
  return names.length === 0 ? {} : { parameters: names }
}

/** Those that every type has are told once. */
function searchParametersOf(entry: ResourceCapability, common: ReadonlySet<string>): readonly object[] {
  return ((entry.searchParam ?? []) as readonly ClaimedParameter[]).map(({ name, type, definition }) =>
    common.has(definition) ? parameter(`search.${name}`) : searchParameter(name, type),
  )
}

export function searchParameter(name: string, type: string): object {
  return { name, in: 'query', schema: schema(`search.${type}`) }
}
