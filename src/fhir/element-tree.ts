import type { ElementDefinition, TypeDefinition } from './definitions.ts'
import type { CompactElement, CompactType } from './structure-definition.ts'

/** The flat list of paths that a StructureDefinition is, as a tree. */
export function buildTypeDefinition(type: CompactType): TypeDefinition {
  const [root, ...elements] = type.elements
  const byParent = new Map<string, CompactElement[]>()
  for (const element of elements) {
    const parent = element.path.slice(0, element.path.lastIndexOf('.'))
    const siblings = byParent.get(parent)
    if (siblings === undefined) byParent.set(parent, [element])
    else siblings.push(element)
  }
  const build = (element: CompactElement): ElementDefinition => {
    const { path, min = 0, max = '1', types = [], summary = false, modifier = false, ...rest } = element
    const children = byParent.get(path)?.map(build)
    const isChoice = path.endsWith('[x]')
    return {
      ...rest,
      path,
      name: path.slice(path.lastIndexOf('.') + 1, isChoice ? -3 : undefined),
      min,
      max: max === '*' ? Number.POSITIVE_INFINITY : Number(max),
      types,
      isChoice,
      isSummary: summary,
      isModifier: modifier,
      ...(children === undefined ? {} : { children }),
    }
  }
  return {
    name: type.name,
    url: type.url,
    kind: type.kind,
    abstract: type.abstract ?? false,
    ...(type.base === undefined ? {} : { base: type.base }),
    elements: (root === undefined ? undefined : byParent.get(root.path))?.map(build) ?? [],
    constraints: root?.constraints ?? [],
  }
}

/** `value` + `CodeableConcept` → `valueCodeableConcept`. */
export function choiceName(name: string, type: string): string {
  return name + type.charAt(0).toUpperCase() + type.slice(1)
}
