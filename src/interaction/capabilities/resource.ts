import type { Definitions, SearchParameter } from '#fhir/definitions.ts'
import type { Operation, OperationDefinition } from '../operation.ts'
import { capabilityBase, type ResourceCapability } from './base.ts'
import type { CapabilitySettings } from './parts.ts'
import { type ServedProfile, supportedProfiles } from './profiles.ts'
import { instanceInteractions, isServed } from './served.ts'

/** Named queries: there are none. */
const unserved: ReadonlySet<string> = new Set(['_query'])
/** Says which types to search, so it has no place where the type is in the address. */
const systemOnly: ReadonlySet<string> = new Set(['_type'])

/** One entry a type, from the definitions; what capability.json says of a type wins. */
export function buildResourceCapabilities(
  definitions: Definitions,
  operations: readonly Operation[],
  settings: CapabilitySettings,
  profiles: readonly ServedProfile[] = [],
): ResourceCapability[] {
  const supported = supportedProfiles(profiles)
  const exceptions = new Map(capabilityBase.rest[0].resource.map((entry) => [entry.type, entry]))
  const referrers = findReferrers(definitions)
  return definitions.resourceTypes.map((type) => {
    const parameters = servedParameters(definitions, type).filter(({ code }) => !systemOnly.has(code))
    const includes = parameters
      .filter(({ kind }) => kind === 'reference')
      .map(({ code }) => `${type}:${code}`)
    const named = operations
      .map(({ definition }) => definition)
      .filter((definition) => isOf(definition, type))
    return {
      type,
      profile: `http://hl7.org/fhir/StructureDefinition/${type}`,
      ...listed('supportedProfile', supported.get(type)),
      interaction: instanceInteractions.map((code) => ({ code })),
      versioning: settings.requireIfMatch ? 'versioned-update' : 'versioned',
      readHistory: true,
      updateCreate: true,
      conditionalCreate: true,
      conditionalRead: 'full-support',
      conditionalUpdate: true,
      conditionalDelete: settings.conditionalDeleteMultiple ? 'multiple' : 'single',
      referencePolicy: ['literal', 'logical'],
      ...(includes.length === 0 ? {} : { searchInclude: ['*', ...includes] }),
      ...listed('searchRevInclude', referrers.get(type)),
      ...listed('searchParam', parameters.map(searchParameterEntry)),
      ...listed(
        'operation',
        named.map(({ code, url }) => ({ name: code, definition: url })),
      ),
      ...exceptions.get(type),
    }
  })
}

export function servedParameters(definitions: Definitions, type: string): readonly SearchParameter[] {
  return definitions.searchParameters(type).filter(({ code }) => !unserved.has(code))
}

export function searchParameterEntry({ code, url, kind }: SearchParameter) {
  return { name: code, definition: url, type: kind }
}

/** `Type:code` of every reference that may point to a type. */
function findReferrers(definitions: Definitions): ReadonlyMap<string, string[]> {
  const referrers = new Map<string, string[]>()
  for (const type of definitions.resourceTypes) {
    for (const parameter of definitions.searchParameters(type)) {
      if (parameter.kind !== 'reference') continue
      for (const target of parameter.targets) {
        const known = referrers.get(target)
        const entry = `${type}:${parameter.code}`
        if (known === undefined) referrers.set(target, [entry])
        else known.push(entry)
      }
    }
  }
  return referrers
}

/** Is it called on this type, or on one of its resources? Nothing changes what nobody may update. */
export function isOf(definition: OperationDefinition, type: string): boolean {
  if (!definition.type && !definition.instance) return false
  if (definition.affectsState !== false && !isServed(type, 'update')) return false
  return definition.resource?.some((name) => name === type || name === 'Resource') ?? true
}

/** FHIR knows no empty arrays. */
function listed(name: string, values: readonly unknown[] | undefined): Record<string, unknown> {
  return values === undefined || values.length === 0 ? {} : { [name]: values }
}
