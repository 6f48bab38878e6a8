import { isNode, type Node } from '../fhirpath/compiled.ts'

/** One value of an element, with its place in JSON. */
export interface ElementValue {
  /** The primitive's own value is undefined when there are only extensions. */
  readonly value: unknown
  /** The `_name` object of a primitive. */
  readonly twin?: Node
  readonly type: string
  /** Where the element repeats. */
  readonly index?: number
}

export interface ElementName {
  readonly type: string
  readonly primitive: boolean
}

/** A choice of fifty types is looked for by what the object has, not by what it could have. */
export function valuesOf(owner: Node, names: ReadonlyMap<string, ElementName>): readonly ElementValue[] {
  const values: ElementValue[] = []
  if (names.size > 3) {
    for (const name in owner) collect(owner, name.startsWith('_') ? name.slice(1) : name, names, values, name)
  } else for (const name of names.keys()) collect(owner, name, names, values)
  return values
}

function collect(
  owner: Node,
  name: string,
  names: ReadonlyMap<string, ElementName>,
  values: ElementValue[],
  seenAs?: string,
): void {
  const known = names.get(name)
  if (known === undefined) return
  const value = owner[name]
  const twin = known.primitive ? owner[`_${name}`] : undefined
  // Both names of one primitive are in the object: one of them is enough.
  if (seenAs !== undefined && seenAs !== name && value !== undefined) return
  const { type } = known
  if (Array.isArray(value) || Array.isArray(twin)) {
    const [list, twins] = [asList(value), asList(twin)]
    for (let index = 0; index < Math.max(list.length, twins.length); index++) {
      const other = twins[index]
      values.push({ value: list[index] ?? undefined, type, index, ...(isNode(other) ? { twin: other } : {}) })
    }
  } else if (value !== undefined || twin !== undefined)
    values.push({ value, type, ...(isNode(twin) ? { twin } : {}) })
}

function asList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}
