import type { ProfileFaults } from './faults.ts'
import type { SourceElement, StructureSource } from './structure-source.ts'

/** What a profile says about an element, its children and its slices, whatever order it says them in. */
export interface Statement {
  /** As written: `identifier`, `value[x]`, or the short form `valueQuantity`. */
  readonly name: string
  readonly sliceName?: string
  element?: SourceElement
  index?: number
  readonly children: Map<string, Statement>
  readonly slices: Map<string, Statement>
}

interface Step {
  readonly name: string
  readonly slice?: string
}

const mostElements = 5_000
const mostSteps = 24
const pathForm = /^[A-Za-z][A-Za-z0-9-]*(?:\.[A-Za-z][A-Za-z0-9_-]*(?:\[x\])?)*$/

/** https://hl7.org/fhir/R4/profiling.html#snapshot: the list of elements as a tree of statements. */
export function buildStatements(source: StructureSource, faults: ProfileFaults): Statement {
  const elements = (source.differential ?? source.snapshot)?.element ?? []
  const root = statement(source.type)
  if (elements.length > mostElements) {
    faults.addAt(undefined, `A profile of more than ${mostElements} elements is not taken: split it.`)
    return root
  }
  const places = new Map<string, readonly Step[]>()
  for (const [index, element] of elements.entries()) {
    const steps = stepsTo(element, index, source, places, faults)
    if (steps === undefined) continue
    for (const path of [...places.keys()]) if (path.startsWith(`${element.path}.`)) places.delete(path)
    places.set(element.path, steps)
    const place = reach(root, steps)
    if (place.element !== undefined)
      faults.addAt(index, `${element.path} is constrained twice under the same name: say it once.`, 'path')
    place.element = element
    place.index = index
  }
  return root
}

function statement(name: string, sliceName?: string): Statement {
  return {
    name,
    ...(sliceName === undefined ? {} : { sliceName }),
    children: new Map(),
    slices: new Map(),
  }
}

function stepsTo(
  element: SourceElement,
  index: number,
  source: StructureSource,
  places: ReadonlyMap<string, readonly Step[]>,
  faults: ProfileFaults,
): readonly Step[] | undefined {
  const { path, sliceName } = element
  const names = pathForm.test(path) ? path.split('.') : []
  if (names[0] !== source.type) {
    faults.addAt(index, `A path starts with the type that is constrained, ${source.type}.`, 'path')
    return undefined
  }
  if (names.length > mostSteps) {
    faults.addAt(index, `A path has at most ${mostSteps} steps.`, 'path')
    return undefined
  }
  if (sliceName?.includes('/')) {
    faults.addAt(index, 'Slices of slices are not supported: give each its own name.', 'sliceName')
    return undefined
  }
  return stepsOfId(element, names) ?? stepsOfContext(element, names, places)
}

/** The id says best where an element belongs: `Patient.identifier:mrn.system`. */
function stepsOfId({ id, sliceName }: SourceElement, names: readonly string[]): readonly Step[] | undefined {
  const parts = id?.split('.')
  if (parts === undefined || parts.length !== names.length) return undefined
  const steps: Step[] = []
  for (const [index, part] of parts.entries()) {
    const colon = part.indexOf(':')
    const name = colon < 0 ? part : part.slice(0, colon)
    const slice = colon < 0 ? undefined : part.slice(colon + 1)
    const written = names[index] as string
    const short = name.endsWith('[x]') && written.startsWith(name.slice(0, -3))
    if (name !== written && !short) return undefined
    const wanted = index === parts.length - 1 ? (sliceName ?? slice) : slice
    steps.push(step(name, wanted ?? (short && name !== written ? written : undefined)))
  }
  return steps
}

/** Without a usable id, what came before it tells in which slice a child belongs. */
function stepsOfContext(
  { sliceName }: SourceElement,
  names: readonly string[],
  places: ReadonlyMap<string, readonly Step[]>,
): readonly Step[] {
  for (let known = names.length - 1; known > 0; known--) {
    const before = places.get(names.slice(0, known).join('.'))
    if (before === undefined) continue
    const between = names.slice(known, -1).map((name) => step(name))
    return [...before, ...between, step(names.at(-1) as string, sliceName)]
  }
  return names.map((name, index) => step(name, index === names.length - 1 ? sliceName : undefined))
}

function step(name: string, slice?: string): Step {
  return slice === undefined ? { name } : { name, slice }
}

function reach(root: Statement, [, ...steps]: readonly Step[]): Statement {
  let place = root
  for (const { name, slice } of steps) {
    place = entry(place.children, name, () => statement(name))
    if (slice !== undefined) place = entry(place.slices, slice, () => statement(name, slice))
  }
  return place
}

function entry(map: Map<string, Statement>, key: string, make: () => Statement): Statement {
  const known = map.get(key)
  if (known !== undefined) return known
  const made = make()
  map.set(key, made)
  return made
}

/** Where to point for something said about the element as a whole. */
export function firstIndex({ index, children, slices }: Statement): number | undefined {
  if (index !== undefined) return index
  for (const below of [...children.values(), ...slices.values()]) {
    const found = firstIndex(below)
    if (found !== undefined) return found
  }
  return undefined
}

/** A slice of a choice may be spoken of by both its names: `value[x]:valueQuantity` and `valueQuantity`. */
export function joinStatements(one: Statement, other: Statement, faults: ProfileFaults): Statement {
  if (one.element !== undefined && other.element !== undefined)
    faults.addAt(other.index, `${other.element.path} is constrained twice: say it once.`, 'path')
  const said = one.element === undefined ? other : one
  const join = (name: 'children' | 'slices') => {
    const joined = new Map(one[name])
    for (const [key, statement] of other[name]) {
      const known = joined.get(key)
      joined.set(key, known === undefined ? statement : joinStatements(known, statement, faults))
    }
    return joined
  }
  return { ...said, children: join('children'), slices: join('slices') }
}
