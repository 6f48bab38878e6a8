import type { Resource } from '#fhir/resource.ts'

/** A reference of a resource to another of the same clinic, which must exist. */
export interface LocalReference {
  /** `Type/id`. */
  readonly target: string
  /** Where it stands: `Encounter.participant[0].individual`. */
  readonly expression: string
}

const relative = /^[A-Z][A-Za-z]+\/[A-Za-z0-9\-.]{1,64}(?:\/_history\/[A-Za-z0-9\-.]{1,64})?$/

/** Runs on every write: collects the targets alone, distinct. */
export function localTargets(resource: Resource, bases: readonly string[], into: Set<string>): void {
  walk(resource, (reference) => {
    const target = localTarget(reference, bases)
    if (target !== undefined) into.add(target)
  })
}

/** Only when something is amiss: with the places. */
export function localReferences(resource: Resource, bases: readonly string[]): readonly LocalReference[] {
  const found: LocalReference[] = []
  const visit = (value: unknown, path: string) => {
    if (Array.isArray(value)) {
      for (const [at, part] of value.entries()) visit(part, `${path}[${at}]`)
    } else if (typeof value === 'object' && value !== null) {
      for (const [name, part] of Object.entries(value))
        if (name === 'reference' && typeof part === 'string') {
          const target = localTarget(part, bases)
          if (target !== undefined) found.push({ target, expression: path })
        } else visit(part, `${path}.${name}`)
    }
  }
  visit(resource, resource.resourceType)
  return found
}

function walk(value: object, visit: (reference: string) => void): void {
  if (Array.isArray(value)) {
    for (const part of value) if (typeof part === 'object' && part !== null) walk(part, visit)
    return
  }
  for (const name in value) {
    const part = (value as Record<string, unknown>)[name]
    if (typeof part === 'object' && part !== null) walk(part, visit)
    else if (name === 'reference' && typeof part === 'string') visit(part)
  }
}

function localTarget(reference: string, bases: readonly string[]): string | undefined {
  let path = reference
  if (path.includes(':')) {
    const base = bases.find((candidate) => path.startsWith(`${candidate}/`))
    if (base === undefined) return undefined
    path = path.slice(base.length + 1)
  }
  if (!relative.test(path)) return undefined
  const second = path.indexOf('/', path.indexOf('/') + 1)
  return second === -1 ? path : path.slice(0, second)
}
