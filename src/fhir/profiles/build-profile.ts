import { lastSegment } from '../structure-definition.ts'
import { constrainChildren } from './constrain.ts'
import { buildStatements } from './differential.ts'
import { ProfileFaults } from './faults.ts'
import { constrainedType, typeNamed, typeOfCanonical } from './known-types.ts'
import { narrowConstraints } from './narrow-element.ts'
import type { ProfileDefinition, ProfileElement } from './profile.ts'
import type { SnapshotParts } from './snapshot-parts.ts'
import { type StructureSource, splitCanonical } from './structure-source.ts'

/** The snapshot of a profile, or a Refusal with everything that is wrong with it. */
export function buildProfile(
  source: StructureSource,
  parts: Omit<SnapshotParts, 'faults' | 'url'>,
): ProfileDefinition {
  const faults = new ProfileFaults(source)
  const whole: SnapshotParts = { ...parts, url: source.url, faults }
  const base = baseOf(source, whole)
  faults.refuseAny()
  const statements = buildStatements(source, faults)
  if (base === undefined) return refuse(faults)
  if (statements.slices.size > 0) faults.add('differential', 'The resource itself cannot be sliced.')
  const elements = constrainChildren(source.type, base.elements, statements.children, whole)
  const { constraints = base.constraints } = narrowConstraints(
    base.constraints,
    statements.element ?? { path: source.type },
    statements.index,
    whole,
  )
  const without = demandsItself(elements, source.url)
  if (without !== undefined)
    faults.add('differential', `${without} must hold what meets this same profile, which never ends.`)
  faults.refuseAny()
  return {
    name: source.name ?? lastSegment(source.url),
    url: source.url,
    kind: base.kind,
    abstract: source.abstract ?? false,
    base: source.baseDefinition ?? base.url,
    type: source.type,
    elements,
    constraints,
    ...(source.version === undefined ? {} : { version: source.version }),
    ...contextsOf(source, base),
  }
}

/** A base type as the profile that adds nothing. */
export function profileOfType(
  type: ReturnType<SnapshotParts['definitions']['type']>,
  definitions: SnapshotParts['definitions'],
): ProfileDefinition {
  return { ...type, type: constrainedType(definitions, type) }
}

function refuse(faults: ProfileFaults): never {
  faults.refuseAny()
  throw new Error('a profile without a base was not refused')
}

function baseOf(source: StructureSource, parts: SnapshotParts): ProfileDefinition | undefined {
  const { faults, definitions } = parts
  const { baseDefinition, type } = source
  if (typeNamed(definitions, type) === undefined)
    faults.add('type', `There is no FHIR type "${type.slice(0, 64)}" to constrain.`)
  else if (typeNamed(definitions, type)?.kind === 'primitive-type')
    faults.add('type', `${type} has no elements that a profile could constrain.`)
  if (baseDefinition === undefined) {
    faults.add('baseDefinition', 'A profile names the definition that it constrains.')
    return undefined
  }
  const own = typeOfCanonical(definitions, baseDefinition)
  const base = own === undefined ? parts.profile(baseDefinition) : profileOfType(own, definitions)
  if (typeof base === 'string') {
    faults.add('baseDefinition', `${baseDefinition} cannot be a base: ${base}`)
    return undefined
  }
  if (base === undefined) {
    faults.add('baseDefinition', `${baseDefinition} is not known here: store it first.`)
    return undefined
  }
  if (base.type !== type)
    faults.add('type', `The base constrains ${base.type}, so this profile cannot constrain ${type}.`)
  return base
}

/** An element that must be there and must meet the profile it stands in would have to hold itself for ever. */
function demandsItself(elements: readonly ProfileElement[], url: string): string | undefined {
  for (const { min, path, profiles, children = [], slices = [] } of elements) {
    const [only, ...others] = min > 0 ? (profiles ?? []) : []
    if (only !== undefined && others.length === 0 && splitCanonical(only)[0] === url) return path
    const within = demandsItself(min > 0 ? [...children, ...slices] : slices, url)
    if (within !== undefined) return within
  }
  return undefined
}

function contextsOf(source: StructureSource, base: ProfileDefinition): Pick<ProfileDefinition, 'contexts'> {
  const contexts = source.context?.map(({ type, expression }) => ({ type, expression })) ?? base.contexts
  return contexts === undefined || source.type !== 'Extension' ? {} : { contexts }
}
