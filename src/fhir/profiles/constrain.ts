import { checkSlices } from './check-slices.ts'
import { checkValues } from './check-values.ts'
import { firstIndex, joinStatements, type Statement } from './differential.ts'
import { childrenOf } from './element-children.ts'
import { publishedUrl } from './known-types.ts'
import { narrowElement } from './narrow-element.ts'
import { slicingWithoutSaying } from './narrow-slicing.ts'
import { typeOfShortForm } from './narrow-types.ts'
import type { ProfileElement } from './profile.ts'
import type { SnapshotParts } from './snapshot-parts.ts'

/** The base's elements with what the profile says of them; those it is silent about are the very same objects. */
export function constrainChildren(
  path: string,
  base: readonly ProfileElement[],
  statements: ReadonlyMap<string, Statement>,
  parts: SnapshotParts,
): readonly ProfileElement[] {
  const said = statementsByElement(path, base, statements, parts)
  return base.map((element) => {
    const statement = said.get(element)
    return statement === undefined ? element : constrain(path, element, statement, parts)
  })
}

function constrain(
  parent: string,
  base: ProfileElement,
  said: Statement,
  parts: SnapshotParts,
): ProfileElement {
  const path = `${parent}.${writtenName(base)}`
  const before: ProfileElement = {
    ...base,
    path,
    ...(base.profiles === undefined ? {} : { profiles: base.profiles.map(publishedUrl) }),
  }
  const narrowed =
    said.element === undefined ? before : narrowElement(before, said.element, said.index, parts)
  const whole = withSlices(withChildren(narrowed, said, parts), base, said, parts)
  checkValues(whole, said, parts.faults)
  return whole
}

function withChildren(element: ProfileElement, said: Statement, parts: SnapshotParts): ProfileElement {
  if (said.children.size === 0) return element
  const index = firstIndex(said)
  const below = childrenOf(element, index, parts)
  const children = constrainChildren(element.path, below, said.children, parts)
  const { contentReference: _, ...rest } = element
  return { ...rest, children }
}

function withSlices(
  element: ProfileElement,
  base: ProfileElement,
  said: Statement,
  parts: SnapshotParts,
): ProfileElement {
  const { slices: before = [], ...sliced } = element
  if (said.slices.size === 0 && before.length === 0) return element
  const slicing = element.slicing ?? slicingWithoutSaying(element)
  const index = firstIndex(said)
  if (slicing === undefined) {
    parts.faults.addAt(
      index,
      `${element.path} has slices, and nothing says how they are told apart.`,
      'slicing',
    )
    return element
  }
  const names = new Set([...before.map(({ sliceName }) => sliceName as string), ...said.slices.keys()])
  if (names.size > before.length && before.length > 0 && base.slicing?.rules === 'closed')
    parts.faults.addAt(index, `${element.path} is closed in the base: no slice can be added.`, 'slicing')
  const slices = [...names].map((name) => {
    const known = before.find(({ sliceName }) => sliceName === name)
    return constrainSlice(name, known, element, said.slices.get(name), parts)
  })
  const whole: ProfileElement = { ...sliced, slicing, slices }
  checkSlices(whole, index, parts)
  return whole
}

function constrainSlice(
  sliceName: string,
  known: ProfileElement | undefined,
  element: ProfileElement,
  said: Statement | undefined,
  parts: SnapshotParts,
): ProfileElement {
  const base =
    known === undefined ? newSlice(sliceName, element) : { ...known, max: Math.min(known.max, element.max) }
  if (said === undefined) return base
  const narrowed =
    said.element === undefined
      ? base
      : narrowElement(base, { ...said.element, path: element.path }, said.index, parts)
  const whole = withChildren(narrowed, said, parts)
  checkValues(whole, said, parts.faults)
  if (said.slices.size > 0)
    parts.faults.addAt(
      firstIndex(said),
      `${element.path}:${sliceName} is a slice, which is not sliced again.`,
    )
  return whole
}

/** All that holds for the element is checked there; a slice adds to it. It may be absent where the element may not. */
function newSlice(sliceName: string, element: ProfileElement): ProfileElement {
  const { slicing: _1, slices: _2, mustSupport: _3, constraints: _4, moreBindings: _5, ...rest } = element
  const type = element.isChoice ? typeOfShortForm(element, sliceName) : undefined
  return { ...rest, sliceName, min: 0, ...(type === undefined ? {} : { types: [type] }) }
}

function statementsByElement(
  path: string,
  base: readonly ProfileElement[],
  statements: ReadonlyMap<string, Statement>,
  parts: SnapshotParts,
): ReadonlyMap<ProfileElement, Statement> {
  const found = new Map<ProfileElement, Statement>()
  const short: [ProfileElement, Statement][] = []
  for (const [name, statement] of statements) {
    const element = base.find((candidate) => writtenName(candidate) === name)
    const choice = element ?? base.find((one) => one.isChoice && typeOfShortForm(one, name) !== undefined)
    if (element !== undefined) found.set(element, statement)
    else if (choice !== undefined) short.push([choice, statement])
    else if (base.length > 0)
      parts.faults.addAt(firstIndex(statement), `${path} has no element ${name.slice(0, 64)}.`, 'path')
  }
  for (const [choice, statement] of short) {
    const own = found.get(choice)
    const slices = new Map(own?.slices)
    const slice = sliceOfShortForm(statement)
    const other = slices.get(statement.name)
    slices.set(statement.name, other === undefined ? slice : joinStatements(other, slice, parts.faults))
    found.set(choice, { ...(own ?? { name: writtenName(choice), children: new Map() }), slices })
  }
  return found
}

/** `Observation.valueQuantity` says of the slice `valueQuantity` of `value[x]`; some write its sliceName besides. */
function sliceOfShortForm(statement: Statement): Statement {
  const [only, ...others] = statement.slices.values()
  const said = statement.element === undefined && others.length === 0 ? only : undefined
  return { ...(said ?? statement), sliceName: statement.name }
}

function writtenName({ name, isChoice }: ProfileElement): string {
  return isChoice ? `${name}[x]` : name
}
