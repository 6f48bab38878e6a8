import type { CapabilityParts } from '../capabilities/parts.ts'
import { buildStatement, type Statement } from '../capabilities/statement.ts'
import { basePlaceholder } from '../capabilities/text.ts'
import { readOpenApiBase } from './base.ts'
import { buildOperationPaths } from './operations.ts'
import { contentOf, type PathItem, schema } from './parts.ts'
import { buildResourcePaths, searchParameter } from './resource.ts'
import { buildSchemas } from './schemas.ts'
import { buildSystemPaths } from './system.ts'

/** https://spec.openapis.org/oas/v3.1.0: the CapabilityStatement, told to those who do not speak FHIR. */
export function buildOpenApi(parts: CapabilityParts): Record<string, unknown> {
  const { definitions, operations, version } = parts
  const statement = buildStatement(parts)
  const [server] = statement.rest
  const { info, components, ...head } = readOpenApiBase()
  const common = new Set(server.searchParam.map(({ definition }) => definition))
  const paths: Record<string, PathItem> = {
    ...buildSystemPaths(
      new Set(server.interaction.map(({ code }) => code)),
      server.searchParam.map(({ name }) => name),
    ),
    ...Object.assign({}, ...server.resource.map((entry) => buildResourcePaths(entry, common))),
    ...buildOperationPaths(operations, definitions),
  }
  return {
    ...head,
    info: { ...info, version },
    servers: [{ url: basePlaceholder }],
    tags: [{ name: 'System' }, ...definitions.resourceTypes.map((name) => ({ name }))],
    paths,
    components: {
      ...components,
      parameters: {
        ...components.parameters,
        ...Object.fromEntries(
          server.searchParam.map(({ name, type }) => [`search.${name}`, searchParameter(name, type)]),
        ),
      },
      schemas: { ...components.schemas, ...buildSchemas(definitions) },
      responses: buildResponses(definitions.resourceTypes, statement),
      requestBodies: buildRequestBodies(definitions.resourceTypes, statement),
    },
  }
}

function mediaTypesOf(names: readonly string[]): readonly string[] {
  return names.filter((name) => name.includes('/'))
}

function buildResponses(types: readonly string[], { format }: Statement): Record<string, object> {
  const mediaTypes = mediaTypesOf(format)
  const header = (name: string) => ({ [name]: { $ref: `#/components/headers/${name}` } })
  const outcome = contentOf('OperationOutcome', mediaTypes)
  const ofTypes = types.map((type) => [
    type,
    {
      description: `A ${type}`,
      headers: { ...header('ETag'), ...header('Last-Modified'), ...header('Location') },
      content: contentOf(type, mediaTypes),
    },
  ])
  return {
    ...Object.fromEntries(ofTypes),
    Outcome: { description: 'What was done', content: outcome },
    Done: { description: 'Done; there is nothing to say' },
    NotModified: { description: 'The version at hand is still the current one', headers: header('ETag') },
    Json: { description: 'JSON', content: { 'application/json': { schema: { type: 'object' } } } },
    Refused: {
      description:
        'Refused, with what to mend: 400 not understood, 401 no good token, 403 beyond its scopes, 404 not found, 405 not offered here, 406 and 415 another format, 409 and 412 somebody was first, 410 deleted, 413 too long, 422 breaks a rule, 428 a version must be named, 429 too much at one time',
      content: outcome,
    },
    Failed: {
      description: 'Not the caller: 500 a fault, 503 come again after Retry-After seconds',
      content: outcome,
    },
  }
}

function buildRequestBodies(types: readonly string[], { format, patchFormat }: Statement): object {
  const mediaTypes = mediaTypesOf(format)
  const ofTypes = types.map((type) => [type, { required: true, content: contentOf(type, mediaTypes) }])
  return {
    ...Object.fromEntries(ofTypes),
    OptionalParameters: { content: contentOf('Parameters', mediaTypes) },
    Patch: {
      required: true,
      content: Object.fromEntries(
        mediaTypesOf(patchFormat).map((mediaType) => [
          mediaType,
          { schema: schema(mediaType.includes('json-patch') ? 'JsonPatch' : 'Parameters') },
        ]),
      ),
    },
    Search: {
      description: 'The parameters of the search by GET',
      content: {
        'application/x-www-form-urlencoded': {
          schema: { type: 'object', additionalProperties: { type: 'array', items: { type: 'string' } } },
        },
      },
    },
  }
}
