import { choiceName } from '../element-tree.ts'
import { lastSegment } from '../structure-definition.ts'
import { isKindOf, publishedUrl, typeOfCanonical } from './known-types.ts'
import type { ProfileElement } from './profile.ts'
import type { SnapshotParts } from './snapshot-parts.ts'
import { type SourceElement, type SourceType, splitCanonical } from './structure-source.ts'

type Types = Pick<ProfileElement, 'types' | 'profiles' | 'targets' | 'targetProfiles'>

const fhirPathSystem = 'http://hl7.org/fhirpath/System.'
const mostTypes = 200

/** Types, their profiles and where references lead: a profile may take away, never add. */
export function narrowTypes(
  base: ProfileElement,
  element: SourceElement,
  index: number | undefined,
  parts: SnapshotParts,
): Partial<Types> {
  const said = (element.type ?? []).filter(({ code }) => !code.startsWith(fhirPathSystem))
  if (said.length === 0) return {}
  const refuse = (sentence: string) => parts.faults.addAt(index, sentence, 'type')
  if (said.length > mostTypes) {
    refuse(`${element.path} names more than ${mostTypes} types.`)
    return {}
  }
  const types = said
    .map(({ code }) => code)
    .filter((code) => {
      if (fits(code, base, parts)) return true
      refuse(`${element.path} cannot be a ${code}: the base allows ${nameTypes(base.types)}.`)
      return false
    })
  return {
    types: [...new Set(types)],
    ...narrowProfiles(base, said, refuse, parts),
    ...narrowTargets(base, said, refuse, parts),
  }
}

/** A choice keeps its JSON names, so its types only drop out; elsewhere a type may be specialised. */
function fits(code: string, base: ProfileElement, { definitions }: SnapshotParts): boolean {
  if (base.types.includes(code) || (base.types.length === 0 && base.contentReference !== undefined))
    return true
  return !base.isChoice && base.types.some((type) => isKindOf(definitions, code, type))
}

function nameTypes(types: readonly string[]): string {
  return types.length > 8 ? `${types.slice(0, 8).join(', ')} and more` : types.join(', ')
}

function narrowProfiles(
  base: ProfileElement,
  said: readonly SourceType[],
  refuse: (sentence: string) => void,
  parts: SnapshotParts,
): Pick<Types, 'profiles'> | undefined {
  const before = base.profiles?.map(publishedUrl)
  const profiles = said.flatMap(({ profile = [] }) => profile)
  if (profiles.length === 0) return before === undefined ? undefined : { profiles: before }
  for (const profile of before === undefined ? [] : profiles) {
    if (!before?.some((known) => derivesFrom(profile, known, parts)))
      refuse(`${profile} does not derive from what the base demands, ${before?.join(' or ')}.`)
  }
  return { profiles: [...new Set(profiles)] }
}

function narrowTargets(
  base: ProfileElement,
  said: readonly SourceType[],
  refuse: (sentence: string) => void,
  parts: SnapshotParts,
): Pick<Types, 'targets' | 'targetProfiles'> | undefined {
  const leads = said.flatMap(({ targetProfile = [] }) => targetProfile)
  const open = base.targets === undefined || base.targets.includes('Resource')
  if (leads.length === 0) return undefined
  const types = new Set<string>()
  let unknown = false
  for (const lead of leads) {
    const type = typeOfTarget(lead, parts)
    if (type === undefined) unknown = true
    else types.add(type)
    const allowed = type === undefined || open || base.targets?.some((target) => covers(target, type, parts))
    if (!allowed)
      refuse(`A reference to ${type} is not allowed by the base: only ${base.targets?.join(', ')}.`)
    else if (!keepsToTargets(lead, type, base, parts))
      refuse(`${lead} does not derive from what the base demands, ${base.targetProfiles?.join(' or ')}.`)
  }
  // Where an unknown profile leads is not known: what the base allows goes on holding.
  const targets = unknown ? base.targets : [...types]
  return { ...(targets === undefined ? {} : { targets }), targetProfiles: [...new Set(leads)] }
}

function typeOfTarget(canonical: string, parts: SnapshotParts): string | undefined {
  return typeOfCanonical(parts.definitions, canonical)?.name ?? parts.source(canonical)?.type
}

function covers(target: string, type: string, { definitions }: SnapshotParts): boolean {
  return target === type || isKindOf(definitions, type, target) || type === 'Resource'
}

/** When a parent profile named profiles as targets, its child's are those or derive from them. */
function keepsToTargets(
  lead: string,
  type: string | undefined,
  base: ProfileElement,
  parts: SnapshotParts,
): boolean {
  if (base.targetProfiles === undefined) return true
  return base.targetProfiles.some(
    (known) => derivesFrom(lead, known, parts) || (type !== undefined && plainType(known, parts) === type),
  )
}

function plainType(canonical: string, { definitions }: SnapshotParts): string | undefined {
  return typeOfCanonical(definitions, canonical)?.name
}

function derivesFrom(canonical: string, ancestor: string, parts: SnapshotParts): boolean {
  const [wanted] = splitCanonical(ancestor)
  let current: string | undefined = canonical
  for (let steps = 0; current !== undefined && steps < 32; steps++) {
    if (splitCanonical(current)[0] === wanted) return true
    current = parts.source(current)?.baseDefinition
  }
  return false
}

/** `valueQuantity` → Quantity, when the choice has that type. */
export function typeOfShortForm(choice: ProfileElement, name: string): string | undefined {
  return choice.types.find((type) => choiceName(choice.name, type) === name)
}

/** `fixedUri` → uri. */
export function typeOfSuffix(types: readonly string[], suffix: string): string | undefined {
  return types.find((type) => lastSegment(choiceName('', type)) === suffix)
}
