import type { Definitions } from '#fhir/definitions.ts'
import { type ElementType, typeOfResource, typesOfMember } from '#fhir/element-type.ts'
import type { ProfileDefinition } from '#fhir/profiles/profile.ts'
import type { Place } from '../place.ts'

/** https://hl7.org/fhir/R4/defining-extensions.html#context: is the element around one of those that the extension is for? */
export function isInContext(
  { contexts }: ProfileDefinition,
  place: Place,
  definitions: Definitions,
): boolean {
  if (contexts === undefined || contexts.length === 0) return true
  const owner = place.owner()
  return contexts.some(({ type, expression }) => {
    // What a path selects is not asked for here: such extensions may stand anywhere.
    if (type === 'fhirpath') return true
    if (type === 'extension')
      return owner.extension === undefined || owner.extension === expression.replace(/#.*/, '')
    return expression === '*' || namesOf(owner.path, definitions).has(expression.replace(/\[x\]$/, ''))
  })
}

const names = new WeakMap<Definitions, Map<string, ReadonlySet<string>>>()

/** `Patient.name.family`, `HumanName.family`, `string`, `Element`: all that the element at a path may be called. */
function namesOf(path: readonly string[], definitions: Definitions): ReadonlySet<string> {
  const known = names.get(definitions) ?? new Map<string, ReadonlySet<string>>()
  names.set(definitions, known)
  const key = path.join('.')
  let found = known.get(key)
  if (found === undefined) {
    found = collectNames(path, definitions)
    known.set(key, found)
  }
  return found
}

function collectNames(
  [root = '', ...steps]: readonly string[],
  definitions: Definitions,
): ReadonlySet<string> {
  let types: readonly ElementType[] = [typeOfResource(definitions, root)]
  let called = new Set([root])
  for (const step of steps) {
    const next: ElementType[] = []
    const paths = new Set([...called].map((name) => `${name}.${step}`))
    for (const type of types) {
      for (const [, member] of typesOfMember(definitions, type, step)) {
        next.push(member)
        // The definition's own path, also where a content reference leads to.
        if (member.element !== undefined) paths.add(member.element.path.replace(/\[x\]$/, ''))
      }
    }
    types = next
    called = new Set([...paths, ...next.map(({ name }) => name)])
  }
  for (const { name } of types) for (const base of basesOf(name, definitions)) called.add(base)
  return called
}

function basesOf(name: string, definitions: Definitions): readonly string[] {
  const { base } = definitions.type(name)
  return base === undefined ? [name] : [name, ...basesOf(base, definitions)]
}
