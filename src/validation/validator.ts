import type { Definitions } from '#fhir/definitions.ts'
import type { Issue } from '#fhir/refusal.ts'
import { isNode } from './fhirpath/compiled.ts'
import { Known } from './known.ts'
import type { Lookups } from './lookups.ts'
import { Place, StepsSpent } from './place.ts'
import { ProfileChecks, type ProfileSettings } from './profiles/profile-checks.ts'
import { Shapes } from './shapes.ts'

export interface ValidatorParts extends Lookups {
  readonly definitions: Definitions
  readonly settings: ProfileSettings
}

export interface ValidateOptions {
  /** The type that it has to be; otherwise any. */
  readonly type?: string
  /** Canonicals that it shall meet besides those it claims itself. */
  readonly profiles?: readonly string[]
  /** What a clinic knows, where that is not what everybody knows. */
  readonly lookups?: Lookups
}

export interface Validator {
  /** All that is wrong, and all that is doubtful, each with its place. */
  validate(resource: unknown, options?: ValidateOptions): readonly Issue[]
}

/** Definitions, compiled as they are met, and walked through once for a resource: https://hl7.org/fhir/R4/validation.html. */
export function createValidator({ definitions, valueSets, profiles, settings }: ValidatorParts): Validator {
  const checks = new ProfileChecks(definitions, settings)
  const shapes = new Shapes(definitions, checks.claims, checks.extension)
  const everybody: Lookups = { valueSets, profiles }
  const remembered = new WeakMap<Lookups, Known>()
  const knownOf = (lookups: Lookups): Known => {
    let known = remembered.get(lookups)
    if (known === undefined) {
      known = new Known(lookups)
      remembered.set(lookups, known)
    }
    return known
  }
  return {
    validate(resource, { type, profiles: more = [], lookups = everybody } = {}) {
      const own = isNode(resource) ? resource.resourceType : undefined
      const wrong = wrongType(own, type, definitions)
      if (wrong !== undefined || !isNode(resource) || typeof own !== 'string')
        return wrong === undefined ? [] : [wrong]
      const place = new Place(own, resource, knownOf(lookups), (value, profile, at) =>
        checks.hold(value, profile, at),
      )
      try {
        shapes.type(own)(resource, place)
        if (place.malformed === 0)
          for (const canonical of more) holdOrTell(canonical, resource, place, checks)
      } catch (failure) {
        if (!(failure instanceof StepsSpent)) throw failure
        place.refuse('too-costly', 'could not be held against its profiles: they ask for too much work.')
      }
      return place.issues
    },
  }
}

function holdOrTell(canonical: string, resource: unknown, place: Place, checks: ProfileChecks): void {
  if (!checks.hold(resource, canonical, place))
    place.refuse(
      'not-found',
      `cannot be held against ${canonical.slice(0, 200)}: this server does not know that profile.`,
    )
}

function wrongType(own: unknown, wanted: string | undefined, definitions: Definitions): Issue | undefined {
  if (wanted !== undefined ? own === wanted : typeof own === 'string' && definitions.isResourceType(own))
    return undefined
  const type = wanted ?? 'Resource'
  return {
    severity: 'error',
    code: 'invalid',
    diagnostics:
      wanted === undefined
        ? 'The body must be a resource, with the "resourceType" of an R4 resource.'
        : `The body must be a ${type} resource, with "resourceType": "${type}".`,
    expression: [own === undefined ? type : `${type}.resourceType`],
  }
}
