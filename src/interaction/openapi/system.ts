import { answers, type PathItem, parameter, requestBody } from './parts.ts'
import { historyResult, searchResult } from './resource.ts'

/** What has no type in its address; `interactions` are those of the CapabilityStatement's rest. */
export function buildSystemPaths(
  interactions: ReadonlySet<string>,
  searchParameters: readonly string[],
): Record<string, PathItem> {
  const about = (operationId: string, summary: string) => ({ tags: ['System'], operationId, summary })
  const open = { security: [] }
  const document = { ...open, responses: { 200: { $ref: '#/components/responses/Json' } } }
  const searches = interactions.has('search-system')
  const bundles = interactions.has('batch') || interactions.has('transaction')
  return {
    '/': {
      ...(searches && {
        get: {
          ...about('searchSystem', 'Search across types'),
          parameters: [...searchParameters.map((name) => parameter(`search.${name}`)), ...searchResult],
          responses: answers({ 200: 'Bundle' }),
        },
      }),
      ...(bundles && {
        post: {
          ...about('sendBundle', 'A batch or a transaction'),
          parameters: [parameter('header.Prefer')],
          requestBody: requestBody('Bundle'),
          responses: answers({ 200: 'Bundle' }),
        },
      }),
    },
    ...(searches && {
      '/_search': {
        post: {
          ...about('searchSystemByForm', 'Search across types, with the parameters in the body'),
          requestBody: requestBody('Search'),
          responses: answers({ 200: 'Bundle' }),
        },
      },
    }),
    ...(interactions.has('history-system') && {
      '/_history': {
        get: {
          ...about('historyOfSystem', 'Versions of everything'),
          parameters: historyResult,
          responses: answers({ 200: 'Bundle' }),
        },
      },
    }),
    '/metadata': {
      get: {
        ...about('metadata', 'What this server does'),
        ...open,
        parameters: [
          parameter('mode'),
          parameter('header.If-None-Match'),
          ...['_summary', '_elements', '_format', '_pretty'].map((name) => parameter(`result.${name}`)),
        ],
        responses: answers({ 200: 'CapabilityStatement', 304: 'NotModified' }),
      },
    },
    '/openapi.json': { get: { ...about('openapi', 'This document'), ...document } },
    '/.well-known/smart-configuration': {
      get: { ...about('smartConfiguration', 'SMART App Launch discovery'), ...document },
    },
  }
}
