import { compartmentBases } from '#fhir/compartment.ts'
import type { Definitions } from '#fhir/definitions.ts'
import { type CapabilityBase, capabilityBase, type ResourceCapability } from './base.ts'
import type { CapabilityParts } from './parts.ts'
import { instantiated } from './profiles.ts'
import { buildResourceCapabilities, searchParameterEntry, servedParameters } from './resource.ts'
import { describeServer } from './server.ts'
import { originPlaceholder } from './text.ts'

/** The parts of the CapabilityStatement that the OpenAPI document is made from. */
export interface Statement extends Record<string, unknown> {
  readonly format: readonly string[]
  readonly patchFormat: readonly string[]
  readonly rest: readonly [
    CapabilityBase['rest'][0] & {
      readonly resource: readonly ResourceCapability[]
      readonly searchParam: readonly {
        readonly name: string
        readonly type: string
        readonly definition: string
      }[]
      readonly operation?: readonly { readonly name: string; readonly definition: string }[]
    },
  ]
}

/** https://hl7.org/fhir/R4/capabilitystatement.html, from what is wired. */
export function buildStatement(parts: CapabilityParts): Statement {
  const { resourceType, rest, ...head } = capabilityBase
  const [{ resource: _exceptions, ...server }] = rest
  const profiles = parts.profiles?.() ?? []
  const guides = instantiated(profiles)
  const operations = parts.operations.map(({ definition }) => definition).filter(({ system }) => system)
  return {
    resourceType,
    ...head,
    ...describeServer(parts),
    ...(guides.length === 0 ? {} : { instantiates: guides }),
    rest: [
      {
        ...server,
        security: { ...(server.security as object), extension: [oauthUris] },
        resource: buildResourceCapabilities(parts.definitions, parts.operations, parts.settings, profiles),
        searchParam: systemParameters(parts.definitions),
        compartment: compartmentBases.map(
          (base) => `http://hl7.org/fhir/CompartmentDefinition/${base.toLowerCase()}`,
        ),
        ...(operations.length === 0
          ? {}
          : { operation: operations.map(({ code, url }) => ({ name: code, definition: url })) }),
      },
    ],
  }
}

/** Where SMART 1.0 looks for them: http://fhir-registry.smarthealthit.org/StructureDefinition/oauth-uris */
const oauthUris = {
  url: 'http://fhir-registry.smarthealthit.org/StructureDefinition/oauth-uris',
  extension: Object.entries({
    authorize: 'authorize',
    token: 'token',
    introspect: 'introspect',
    manage: 'account',
    revoke: 'revoke',
  }).map(([url, name]) => ({ url, valueUri: `${originPlaceholder}/oauth/${name}` })),
}

/** Those that every type has are those that a search across types can use. */
function systemParameters(definitions: Definitions) {
  const [first = 'Patient', ...others] = definitions.resourceTypes
  return servedParameters(definitions, first)
    .filter(({ code, url }) => others.every((type) => definitions.searchParameter(type, code)?.url === url))
    .map(searchParameterEntry)
}
